import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, messageOf } from '../config/errors.ts';
import { hasCode, syncFolder } from '../store/file-system.ts';
import { writeOwnerFile } from '../store/owner-file.ts';
import { newToken, ownToken, type RandomBytes } from './tokens.ts';

interface Options {
  /** The state folder; made where it is not there. */
  folder: string;
  random: RandomBytes;
}

/** The token that a server makes for its operator, where nobody gave it one. */
export interface FirstToken {
  token: string;
  /** Where it is kept, for its owner alone. */
  file: string;
}

/**
 * Reads `admin-token` in the state folder, or makes it; of several processes that start at the same time one makes it and all
 * take it.
 * @throws ConfigError where it cannot be read or made, others may read it, or it holds no token
 */
export async function firstToken({ folder, random }: Options): Promise<FirstToken> {
  const file = join(folder, 'admin-token');
  let token = await readToken(file);
  if (token === null) {
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // One that another process has made meanwhile stays, and is taken.
      await writeOwnerFile(file, `${newToken(random)}\n`);
      await syncFolder(folder);
    } catch (cause) {
      throw new ConfigError(
        `No token is configured, and a first one cannot be written to ${file}: ${messageOf(cause)}`,
        'Let this user write to the state folder (store.folder), or set HYBRID_ROUTING_ADMIN_TOKEN or access.tokens.',
        { cause },
      );
    }
    token = await readToken(file);
  }
  if (token === null) throw new ConfigError(`${file} vanished as soon as it was made`, 'Start the server again.');
  return { token, file };
}

async function readToken(file: string): Promise<string | null> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) return null;
    const remedy = `Let this user alone read it: chmod 600 ${file}, as its owner.`;
    throw new ConfigError(`${file} cannot be read: ${messageOf(cause)}`, remedy, { cause });
  }
  try {
    const { mode } = await handle.stat();
    // Windows has no such mode: there the folder of the user keeps others out.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new ConfigError(
        `${file} may be read or written by others (mode ${(mode & 0o777).toString(8)}), and is not trusted`,
        `Run chmod 600 ${file}; where others may have read it, remove it instead: the next start makes a new token.`,
      );
    }
    const token = (await handle.readFile('utf8')).trim();
    if (ownToken.test(token)) return token;
    throw new ConfigError(`${file} holds no token`, 'Remove it: the next start makes a new token.');
  } finally {
    await handle.close();
  }
}
