import type { IncomingMessage } from 'node:http';

/** The body as text; or why there is none: the client went away, or sent more than `maxBytes`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | 'gone' | 'too large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      // Read to the end all the same, so that the client gets the refusal instead of a broken pipe.
      if (size <= maxBytes) chunks.push(chunk);
    }
  } catch {
    return 'gone';
  }
  return size > maxBytes ? 'too large' : Buffer.concat(chunks).toString('utf8');
}
