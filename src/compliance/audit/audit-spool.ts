import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, syncFolder } from '../../store/file-system.ts';
import { thisProcess } from '../../store/process-identity.ts';
import {
  fileName,
  readSpool,
  runsStill,
  type SpoolFile,
  type SpoolPage,
  spoolFiles,
  writersHere,
} from './audit-spool-file.ts';
import type { PreparedDraft } from './entry.ts';

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
