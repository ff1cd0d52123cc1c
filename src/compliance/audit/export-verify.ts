import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { messageOf } from '../../config/errors.ts';
import { openLine } from './export-format.ts';
import { ownKey, parseManifest, Unreadable } from './export-manifest.ts';
import type { ExportReport } from './export-report.ts';
import { ExportVerifier, type LineSums } from './export-verifier.ts';
import { formatKey, type TrustedKey } from './note-keys.ts';
import { type FileLine, splitLines } from './split-lines.ts';

export interface VerifyExportOptions {
  /** Keys that signatures must be by; absent or empty: the file's own, which is reported as not pinned. */
  trustedKeys?: readonly TrustedKey[] | undefined;
  /** Told the rows and bytes read so far. */
  onProgress?: ((rows: number, bytes: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** A longer line is a break; 16 MiB if absent. */
  maxLineBytes?: number | undefined;
}

/**
 * Verifies an export offline. Memory is flat in its size.
 * @throws the signal's reason when it is aborted; whatever is wrong with the file is in the report
 */
export async function verifyExportFile(path: string, options: VerifyExportOptions = {}): Promise<ExportReport> {
  return verifyExport(createReadStream(path, { highWaterMark: 256 * 1_024 }), options);
}

/** `verifyExportFile` for bytes from anywhere. */
export async function verifyExport(
  chunks: AsyncIterable<Uint8Array>,
  options: VerifyExportOptions = {},
): Promise<ExportReport> {
  const file = new ExportFile(options);
  try {
    for await (const lines of splitLines(readable(chunks), options.maxLineBytes ?? 16 * 1_024 * 1_024)) {
      for (const line of lines) file.line(line);
      options.onProgress?.(file.rows, file.bytes);
      options.signal?.throwIfAborted();
      await setImmediate(); // data that is there at once would leave other work no turn
    }
    return file.end();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return unreadable(thrown.message, file);
    throw thrown;
  }
}

async function* readable(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* chunks;
  } catch (cause) {
    throw new Unreadable(`the file cannot be read: ${messageOf(cause)}`, { cause });
  }
}

class ExportFile {
  readonly #options: VerifyExportOptions;
  readonly #sha256 = createHash('sha256');
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #verifier: ExportVerifier | null = null;
  #keys: ExportReport['keys'] = { pinned: false, trusted: [] };
  lines = 0;
  bytes = 0;

  constructor(options: VerifyExportOptions) {
    this.#options = options;
  }

  get rows(): number {
    return this.#verifier?.rows ?? 0;
  }

  line(line: FileLine): void {
    this.lines++;
    const text = this.#decode(line);
    this.bytes += line.bytes.length + (line.ended ? 1 : 0);
    if (!this.#verifier) this.#verifier = this.#begin(text);
    else if (text === null) this.#damaged(this.#verifier, line);
    else this.#verifier.line(this.lines, text, () => this.#sums());
    this.#sha256.update(line.bytes);
    this.#sha256.update('\n');
    if (!line.ended && text !== null) this.#damaged(this.#verifier, line);
  }

  end(): ExportReport {
    if (!this.#verifier) throw new Unreadable('the file is empty: it is not an audit export');
    const found = this.#verifier.end(this.lines);
    const isWhole = found.firstBreak === null;
    return {
      exitCode: isWhole ? 0 : 1,
      verdict: isWhole ? 'whole' : 'broken',
      reason: null,
      ...found,
      lines: this.lines,
      bytes: this.bytes,
      keys: this.#keys,
    };
  }

  #decode({ bytes, tooLong }: FileLine): string | null {
    if (tooLong) return null;
    try {
      return this.#utf8.decode(bytes);
    } catch {
      return null; // not UTF-8: the caller reports the line
    }
  }

  #damaged({ breaks }: ExportVerifier, line: FileLine): void {
    breaks.at(this.lines);
    if (line.tooLong)
      breaks.add('line_invalid', `it is longer than ${line.bytes.length} bytes; nothing after it was read`);
    else if (!line.ended) breaks.add('line_invalid', 'it has no end: the file was cut short');
    else breaks.add('line_invalid', 'it is not UTF-8');
  }

  #begin(text: string | null): ExportVerifier {
    if (text === null)
      throw new Unreadable('line 1 is not UTF-8 text, or longer than 16 MiB: it is not an audit export');
    const manifest = parseManifest(text);
    const { trustedKeys = [] } = this.#options;
    const pinned = trustedKeys.length > 0;
    const trusted = pinned ? trustedKeys : manifest.publicKeys.map(ownKey);
    this.#keys = { pinned, trusted: trusted.map(({ name, publicKey }) => formatKey(name ?? '*', publicKey)) };
    const verifier = new ExportVerifier(manifest, trusted);
    verifier.breaks.at(1);
    const opened = openLine(text);
    if ('invalid' in opened) verifier.breaks.add('manifest_altered', `the manifest: ${opened.invalid}`);
    return verifier;
  }

  #sums(): LineSums {
    const sha256 = this.#sha256.copy().digest('hex');
    return { lines: this.lines - 1, sha256 };
  }
}

function unreadable(reason: string, { lines, bytes, rows }: ExportFile): ExportReport {
  return {
    ...{ exitCode: 2, verdict: 'unreadable', reason, manifest: null, lines, bytes, rows, verifiedTo: 0, unanchored: 0 },
    ...{ notes: 0, proofs: 0, pruned: 0, writers: { total: 0, withoutClose: [] } },
    ...{ keys: { pinned: false, trusted: [] }, firstBreak: null, breaks: [] },
  };
}
