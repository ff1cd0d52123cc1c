import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hasCode, syncFolder } from '../../store/file-system.ts';
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
const writersHere = new Set<string>();

/** Where rows wait on the disk while the store does not take them: one file for each writer, a line for each row. */
export class AuditSpool {
  readonly #folder: string;
  readonly #writer: string;
  readonly #file: string;
  #handle: { file: FileHandle; inode: number } | null = null;
  /** Bytes of whole lines. */
  #size = 0;
  /** Bytes that have been read back. */
  #read = 0;
  #torn = false;
  /** Whether there may be a file. */
  #made = false;

  constructor(folder: string, writer: string) {
    this.#folder = join(folder, 'spool');
    this.#writer = writer;
    this.#file = join(this.#folder, fileName(writer));
    writersHere.add(writer);
  }

  get file(): string {
    return this.#file;
  }

  /** On the disk when it resolves. @throws the file system's error */
  async append(drafts: readonly PreparedDraft[]): Promise<void> {
    const lines = Buffer.from(drafts.map((draft) => `${JSON.stringify(draft)}\n`).join(''));
    await this.#write(lines);
    if (await this.#isInPlace()) return;
    // Removed, or taken over by another process, which may have read it before these lines were there.
    await this.close();
    await this.#write(lines);
  }

  /** Whether all rows have been read back. */
  get drained(): boolean {
    return this.#read >= this.#size;
  }

  /** The first rows that were not read yet; null after the last one. @throws the file system's error */
  async next(perPage: number): Promise<SpoolPage | null> {
    if (this.drained) return null;
    for await (const page of readSpool(this.#file, { perPage, from: this.#read })) return page;
    return null;
  }

  /** These rows are in the store. */
  passed({ end }: SpoolPage): void {
    // What was cut on a full disk stands behind the whole lines, and is written anew.
    this.#read = Math.min(end, this.#size);
  }

  /** Takes the file away, when all of it is in the store. */
  async clear(): Promise<void> {
    await this.close();
    if (this.#made) await rm(this.#file, { force: true });
    this.#made = false;
  }

  /** Whatever is in the file stays for the next process. */
  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    this.#read = 0;
    this.#size = 0;
    this.#torn = false;
    await handle?.file.close();
  }

  /** The writer has ended, though its process goes on. */
  retire(): void {
    writersHere.delete(this.#writer);
  }

  /** The files of processes that have ended. @param alive whether a writer of another machine still runs */
  async orphans(alive: (spool: SpoolFile) => Promise<boolean>): Promise<SpoolFile[]> {
    const orphans: SpoolFile[] = [];
    for (const spool of await spoolFiles(this.#folder)) {
      const running = spool.owner ? runsStill(spool.writer, spool.owner) : await alive(spool);
      if (!running) orphans.push(spool);
    }
    return orphans;
  }

  /** Makes another process's file this one's; null where a third process was faster. @throws the file system's error */
  async adopt({ file, writer }: SpoolFile): Promise<SpoolFile | null> {
    const own = join(this.#folder, fileName(writer));
    try {
      await rename(file, own);
      return { file: own, writer, owner: thisProcess };
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return null; // whoever took it reads it
      throw thrown;
    }
  }

  async #write(lines: Buffer): Promise<void> {
    const { file } = await this.#open();
    // What a full disk has cut must not run into the next line.
    if (this.#torn) await file.truncate(this.#size);
    this.#torn = true;
    await file.appendFile(lines);
    await file.datasync();
    this.#size += lines.length;
    this.#torn = false;
  }

  async #open(): Promise<{ file: FileHandle }> {
    if (this.#handle) return this.#handle;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const file = await open(this.#file, 'a', 0o600);
    this.#made = true;
    try {
      const { size, ino } = await file.stat();
      await syncFolder(this.#folder);
      this.#size = size;
      this.#handle = { file, inode: ino };
      return this.#handle;
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
  }

  async #isInPlace(): Promise<boolean> {
    try {
      return (await stat(this.#file)).ino === this.#handle?.inode;
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return false;
      throw thrown;
    }
  }
}

function fileName(writer: string): string {
  return `${writer}.${processSpace}.${thisProcess.pid}-${thisProcess.start}.spool`;
}

function runsStill(writer: string, owner: ProcessIdentity): boolean {
  if (owner.pid === thisProcess.pid) return writersHere.has(writer);
  return isRunning(owner);
}

async function spoolFiles(folder: string): Promise<SpoolFile[]> {
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
