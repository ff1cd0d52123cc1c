import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../../store/file-system.ts';
import { isRunning, type ProcessIdentity, processSpace, thisProcess } from '../../store/process-identity.ts';
import type { PreparedDraft } from './entry.ts';
import { splitLines } from './split-lines.ts';

const draftSchema = z.strictObject({
  writer: z.string(),
  writerSeq: z.int(),
  at: z.number(),
  kind: z.string(),
  before: z.string(),
  after: z.string(),
});

const name = /^(?<writer>[\w-]+)\.(?<space>[0-9a-f]+)\.(?<pid>\d+)-(?<start>\d*)\.spool$/;
/** No row is longer: a prompt or an answer is not in it. */
const longestLine = 64 * 1_024 * 1_024;

export interface SpoolFile {
  file: string;
  writer: string;
  /** The process that it belongs to; null where that runs on another machine, or in another container. */
  owner: ProcessIdentity | null;
}

/** The writers of this very process: a file with its number that is none of theirs was left by an earlier one. */
export const writersHere = new Set<string>();

export function fileName(writer: string): string {
  return `${writer}.${processSpace}.${thisProcess.pid}-${thisProcess.start}.spool`;
}

export function runsStill(writer: string, owner: ProcessIdentity): boolean {
  if (owner.pid === thisProcess.pid) return writersHere.has(writer);
  return isRunning(owner);
}

export async function spoolFiles(folder: string): Promise<SpoolFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return []; // there is no folder before the first row was spooled
    throw thrown;
  }
  return names.flatMap((file) => {
    const { writer, space, pid, start = '' } = name.exec(file)?.groups ?? {};
    if (writer === undefined) return [];
    return [{ file: join(folder, file), writer, owner: space === processSpace ? { pid: Number(pid), start } : null }];
  });
}

/** Some rows of a spool file, in their order. */
export interface SpoolPage {
  drafts: PreparedDraft[];
  /** Where the next page begins, in bytes. */
  end: number;
  /** Lines that are no rows, though they are whole: the file was damaged. */
  damaged: number;
}

/**
 * The drafts of a spool file, in pages. A last line that was cut while it was written was never acknowledged, and is passed
 * over; a damaged one leaves a gap in its writer's own numbers.
 */
export async function* readSpool(
  file: string,
  { perPage = 1_000, from = 0 }: { perPage?: number; from?: number } = {},
): AsyncGenerator<SpoolPage> {
  const handle = await open(file, 'r');
  let page: SpoolPage = { drafts: [], end: from, damaged: 0 };
  try {
    for await (const lines of splitLines(handle.createReadStream({ start: from, autoClose: false }), longestLine)) {
      for (const { bytes, ended } of lines) {
        const draft = draftOf(bytes.toString('utf8'));
        if (draft && ended) page.drafts.push(draft);
        if (!draft && ended) page.damaged += 1;
        page.end += bytes.length + 1;
        if (page.drafts.length < perPage) continue;
        yield page;
        page = { drafts: [], end: page.end, damaged: 0 };
      }
    }
    if (page.drafts.length > 0 || page.damaged > 0) yield page;
  } finally {
    await handle.close();
  }
}

function draftOf(line: string): PreparedDraft | null {
  try {
    return draftSchema.parse(JSON.parse(line));
  } catch {
    return null; // told by the page
  }
}
