import { link as hardLink, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import { untilAborted } from '../../paths/until-aborted.ts';
import { writeOwnerFile } from '../../store/owner-file.ts';
import type { Anchor } from './anchor.ts';
import { checkNote, checkpointName, checkpointSize, forked, mostNoteBytes, oversized, sameHead } from './checkpoint.ts';

interface Dependencies {
  /** Absolute path. */
  folder: string;
  /** Makes a hard link, or fails as the file system does. */
  link?: (from: string, to: string) => Promise<void>;
}

/**
 * Checkpoints as files of a folder, best on another machine's disk. The folder is never created: where the disk is not
 * mounted, a new folder would take its place on this one, and anchor nothing.
 */
export function fileAnchor({ folder, link = hardLink }: Dependencies): Anchor {
  const name = pathToFileURL(folder).href;
  // A network file system may hang for minutes: whoever waits is let go, and the call ends when it ends.
  const during = async <Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> => {
    signal.throwIfAborted();
    try {
      return await untilAborted(run(), signal);
    } catch (thrown) {
      throw signal.aborted ? signal.reason : fileError(thrown, name);
    }
  };
  const read = (size: number) => readNote(folder, name, size);
  return {
    name,
    put: async (size, note, signal) => {
      checkNote(note);
      const file = checkpointName(size);
      return during(signal, async () => {
        const written = await writeOwnerFile(join(folder, file), note, (from, to) => named(link, from, to));
        if (!written && !sameHead(note, (await read(size)) ?? '')) throw forked(name, size);
        await syncFolder(folder);
      });
    },
    latest: (signal) =>
      during(signal, async () => {
        const size = (await sizesIn(folder)).at(-1);
        const note = size === undefined ? null : await read(size);
        return size === undefined || note === null ? null : { size, note };
      }),
    read: (size, signal) => during(signal, () => read(size)),
    list: (signal) => during(signal, () => sizesIn(folder)),
    close: () => {},
  };
}

/** Some file systems (FAT, SMB) have no hard links; only with those can two processes still race. */
const noLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** A hard link, because a rename would silently replace what another process has just written. */
async function named(link: Required<Dependencies>['link'], temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (thrown) {
    const code = codeOf(thrown);
    if (code === 'EEXIST') return false;
    if (!noLinks.has(code)) throw thrown;
  }
  if (await exists(target)) return false;
  await rename(temporary, target);
  return true;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readNote(folder: string, name: string, size: number): Promise<string | null> {
  const path = join(folder, checkpointName(size));
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(path, 'r');
  } catch (thrown) {
    if (codeOf(thrown) !== 'ENOENT') throw thrown;
    await stat(folder); // a folder that is gone is an error, not an empty one
    return null;
  }
  try {
    if ((await handle.stat()).size > mostNoteBytes) throw oversized(name, size);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

async function sizesIn(folder: string): Promise<number[]> {
  const sizes = (await readdir(folder)).map(checkpointSize).filter((size) => size !== null);
  return sizes.sort((a, b) => a - b);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (codeOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

const fault = z.looseObject({ code: z.string().catch('') });

function codeOf(thrown: unknown): string {
  const parsed = fault.safeParse(thrown);
  return parsed.success ? parsed.data.code : '';
}

const remedies: Record<string, [code: string, remedy: string]> = {
  ENOENT: ['missing', 'Mount the disk, or create the folder: it is never created here.'],
  ENOTDIR: ['missing', 'Name a folder, not a file.'],
  EACCES: ['denied', 'Allow this process to read and write the folder.'],
  EROFS: ['denied', 'Mount the disk so that it can be written.'],
  ENOSPC: ['full', 'Free space on that disk.'],
};

function fileError(thrown: unknown, name: string): unknown {
  if (thrown instanceof HybridRoutingError) return thrown;
  const [code, remedy] = remedies[codeOf(thrown)] ?? ['unavailable', 'Check the disk that the folder is on.'];
  return new HybridRoutingError(`anchor_${code}`, `The anchor ${name} failed: ${messageOf(thrown)}`, remedy, {
    cause: thrown,
  });
}
