import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { hasCode, syncFolder } from './file-system.ts';
import { writeOwnerFile } from './owner-file.ts';

/** Length of a key-encryption key, in bytes: AES-256. */
export const masterKeyBytes = 32;

/** The key file of a state folder, or null where there is none. @throws HybridRoutingError where it is not a key */
export async function readKeyFile(folder: string): Promise<Buffer | null> {
  const file = join(folder, 'master.key');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if (hasCode(cause, 'ENOENT')) return null;
    throw keyError(`Key file ${file} cannot be read: ${messageOf(cause)}`);
  }
  return parseMasterKey(text, `Key file ${file}`);
}

/**
 * Makes the key file, for its owner alone, whole or not at all; where another process has made one meanwhile, that one
 * is taken.
 */
export async function makeKeyFile(folder: string): Promise<Buffer> {
  const file = join(folder, 'master.key');
  await writeOwnerFile(file, `${randomBytes(masterKeyBytes).toString('base64')}\n`);
  // Before anything is sealed with it: a key that a loss of power takes away takes everything with it.
  await syncFolder(folder);
  const made = await readKeyFile(folder);
  if (!made) throw keyError(`Key file ${file} vanished as soon as it was made`);
  return made;
}

/** @throws HybridRoutingError naming where it comes from, never what it holds */
export function parseMasterKey(text: string, source: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== masterKeyBytes) throw keyError(`${source} does not hold ${masterKeyBytes} bytes in base64`);
  return key;
}

export function keyError(message: string): HybridRoutingError {
  const remedy = 'Restore the key that the store was made with (master.key, store.key or store.kmsKeyId).';
  return new HybridRoutingError('store_key', message, remedy);
}
