import type { FetchLike } from '@modelcontextprotocol/client';

/** A body that went on past its limit. */
export class BodyTooLong extends Error {
  constructor(maxBytes: number) {
    super(`The reply is longer than ${maxBytes} bytes`);
    this.name = 'BodyTooLong';
  }
}

/**
 * A fetch whose bodies fail past a limit, before they fill the memory; in an event stream, which may go on for ever, each
 * event has the limit to itself.
 *
 * @param maxBytes of a body or an event
 */
export function limitBody(fetchLike: FetchLike, maxBytes: number): FetchLike {
  return async (url, init) => {
    const response = await fetchLike(url, init);
    const { status, statusText, headers, body } = response;
    const length = headers.get('content-length');
    // What has told its length cannot be longer: the client of HTTP sees to that.
    if (!body || (length !== null && Number(length) <= maxBytes)) return response;
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    return new Response(limited(body, maxBytes, isStream), { status, statusText, headers });
  };
}

function limited(body: ReadableStream<Uint8Array>, maxBytes: number, isStream: boolean): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let length = 0;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          controller.close();
          return;
        }
        const rest = isStream ? afterLastEvent(value) : null;
        length = rest ?? length + value.length;
        if (length > maxBytes) {
          const fault = new BodyTooLong(maxBytes);
          controller.error(fault);
          await reader.cancel(fault);
          return;
        }
        controller.enqueue(value);
      } catch (cause) {
        controller.error(cause);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** Bytes after the last empty line of a chunk, or null where it has none; an end that two chunks share only counts late. */
function afterLastEvent(chunk: Uint8Array): number | null {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const end = Math.max(bytes.lastIndexOf('\n\n'), bytes.lastIndexOf('\r\n\r\n'), bytes.lastIndexOf('\r\r'));
  return end === -1 ? null : bytes.length - end;
}
