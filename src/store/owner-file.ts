import { randomBytes } from 'node:crypto';
import { link, open, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasCode } from './file-system.ts';

/** Gives what was written its name, unless there is one of it. @returns false where there is */
export type NameFile = (temporary: string, target: string) => Promise<boolean>;

/**
 * Writes a file for its owner alone, whole or not at all, and durably but for its folder.
 * @returns false where there is one of this name, which stays as it is
 */
export async function writeOwnerFile(target: string, text: string, name: NameFile = byLink): Promise<boolean> {
  const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return await name(temporary, target);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** A hard link, because a rename would silently replace what another process has just written. */
async function byLink(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return false;
    throw cause;
  }
}
