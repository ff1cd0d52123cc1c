/** A line of a file, without its newline. */
export interface FileLine {
  bytes: Buffer;
  /** False for a last line without a newline. */
  ended: boolean;
  /** It is longer than allowed: `bytes` is its beginning, and nothing after it is read. */
  tooLong: boolean;
}

const newline = 0x0a;

/** Splits bytes into lines, a batch a chunk. A line that is longer than `maxBytes` is the last one given. */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<FileLine[], void, undefined> {
  let parts: Buffer[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const lines: FileLine[] = [];
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      const line =
        parts.length > 0 ? Buffer.concat([...parts, bytes.subarray(start, end)]) : bytes.subarray(start, end);
      [parts, held, start] = [[], 0, end + 1];
      const tooLong = line.length > maxBytes;
      lines.push({ bytes: tooLong ? line.subarray(0, maxBytes) : line, ended: true, tooLong });
      if (tooLong) break;
    }
    const isOver = lines.at(-1)?.tooLong === true;
    if (!isOver && start < bytes.length) {
      // A copy: the stream may use the chunk's memory again.
      parts.push(Buffer.from(bytes.subarray(start)));
      held += bytes.length - start;
    }
    if (held > maxBytes) lines.push({ bytes: Buffer.concat(parts).subarray(0, maxBytes), ended: false, tooLong: true });
    if (lines.length > 0) yield lines;
    if (isOver || held > maxBytes) return;
  }
  if (held > 0) yield [{ bytes: Buffer.concat(parts), ended: false, tooLong: false }];
}
