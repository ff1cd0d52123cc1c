import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What others may do with the state's files. */
export interface FolderMode {
  /** Files and the folder that group or others may read or write, with their permission bits: `state.db 0644`. */
  open: string[];
  /** Files that were looked at, the folder among them. */
  looked: number;
  /** Why nothing can be said; null where it can. */
  cause: string | null;
}

const files = ['', 'state.db', 'state.db-wal', 'state.db-shm', 'state.db-journal', 'master.key', 'spool'];
const groupAndOthers = 0o077;

/** Reads permission bits, and nothing else. Never throws. */
export async function folderMode(folder: string, platform: NodeJS.Platform = process.platform): Promise<FolderMode> {
  if (platform === 'win32') return { open: [], looked: 0, cause: 'Windows has no permission bits to read' };
  const found = await Promise.all(files.map(async (name) => ({ name, mode: await modeOf(join(folder, name)) })));
  const [own, ...rest] = found;
  if (!own || own.mode === null) return { open: [], looked: 0, cause: 'the state folder cannot be read' };
  // Within a folder that nobody else can enter, the bits of a file open nothing.
  const reachable = (own.mode & groupAndOthers) === 0 ? [own] : [own, ...rest];
  const open = reachable.flatMap(({ name, mode }) =>
    mode !== null && mode & groupAndOthers ? [shown(name, mode)] : [],
  );
  return { open, looked: found.filter(({ mode }) => mode !== null).length, cause: null };
}

function shown(name: string, mode: number): string {
  return `${name === '' ? 'the folder' : name} 0${mode.toString(8)}`;
}

/** Permission bits; null where there is no such file, or none that can be looked at. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return null; // the caller tells whether its absence matters
  }
}
