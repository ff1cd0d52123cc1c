import { createHash } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { PreparedDraft } from './entry.ts';

const draftSchema = z.strictObject({
  writer: z.string(),
  writerSeq: z.int(),
  at: z.number(),
  kind: z.string(),
  before: z.string(),
  after: z.string(),
});

const name = /^(?<writer>[\w-]+)\.(?<host>[0-9a-f]+)\.(?<pid>\d+)\.spool$/;
// A process number says something only on its own machine, or in its own container.
const thisHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

export interface SpoolFile {
  file: string;
  writer: string;
  /** The process that it belongs to; null where that runs on another machine. */
  pid: number | null;
}

/** Where rows wait on the disk while the store does not take them: one file for each writer, a line for each row. */
export class AuditSpool {
  readonly #folder: string;
  readonly #file: string;
  #handle: FileHandle | null = null;
  /** Bytes of whole lines. */
  #size = 0;
  #torn = false;

  constructor(folder: string, writer: string) {
    this.#folder = join(folder, 'spool');
    this.#file = join(this.#folder, fileName(writer));
  }

  get file(): string {
    return this.#file;
  }

  /** On the disk when it resolves. @throws the file system's error */
  async append(drafts: readonly PreparedDraft[]): Promise<void> {
    const handle = await this.#open();
    // What a full disk has cut must not run into the next line.
    if (this.#torn) await handle.truncate(this.#size);
    this.#torn = true;
    const lines = Buffer.from(drafts.map((draft) => `${JSON.stringify(draft)}\n`).join(''));
    await handle.appendFile(lines);
    await handle.datasync();
    this.#size += lines.length;
    this.#torn = false;
  }

  /** Takes the file away, when all of it is in the store. */
  async clear(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
    this.#size = 0;
    this.#torn = false;
    await rm(this.#file, { force: true });
  }

  /** The files of processes that have ended. @param alive whether a process still runs */
  async orphans(alive: (spool: SpoolFile) => Promise<boolean>): Promise<SpoolFile[]> {
    const orphans: SpoolFile[] = [];
    for (const spool of await spoolFiles(this.#folder)) {
      if (spool.file !== this.#file && !(await alive(spool))) orphans.push(spool);
    }
    return orphans;
  }

  /** Makes another process's file this one's; null where a third process was faster. */
  async adopt({ file, writer }: SpoolFile): Promise<SpoolFile | null> {
    const own = join(this.#folder, fileName(writer));
    try {
      await rename(file, own);
      return { file: own, writer, pid: process.pid };
    } catch {
      return null; // it is gone: whoever took it reads it
    }
  }

  async #open(): Promise<FileHandle> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    this.#handle ??= await open(this.#file, 'a', 0o600);
    return this.#handle;
  }
}

function fileName(writer: string): string {
  return `${writer}.${thisHost}.${process.pid}.spool`;
}

async function spoolFiles(folder: string): Promise<SpoolFile[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return []; // there is no folder before the first row was spooled
  }
  return names.flatMap((file) => {
    const { writer, host, pid } = name.exec(file)?.groups ?? {};
    if (writer === undefined) return [];
    return [{ file: join(folder, file), writer, pid: host === thisHost ? Number(pid) : null }];
  });
}

/** The drafts of a spool file, in pages; a last line that was cut while it was written was never acknowledged. */
export async function* readSpool(file: string, perPage = 1_000): AsyncGenerator<PreparedDraft[]> {
  const handle = await open(file, 'r');
  let page: PreparedDraft[] = [];
  try {
    for await (const line of handle.readLines()) {
      const draft = draftOf(line);
      if (draft) page.push(draft);
      if (page.length < perPage) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  } finally {
    await handle.close();
  }
}

function draftOf(line: string): PreparedDraft | null {
  try {
    return draftSchema.parse(JSON.parse(line));
  } catch {
    return null; // a line that was cut: the gap in the writer's own numbers tells where a whole one was damaged
  }
}
