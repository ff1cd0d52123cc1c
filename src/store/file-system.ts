import { open } from 'node:fs/promises';

/** Whether the file system failed with this code, such as ENOENT. */
export function hasCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

/** Makes a new name in a folder outlast a loss of power: a synced file may still lack its name. */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no handle of a folder to sync; NTFS keeps names in its own journal.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
