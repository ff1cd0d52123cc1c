import type { FetchLike } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { BodyTooLong } from './limit-body.ts';

/** JSON-RPC error code, in the range left to implementations, that stands for a reply cut off by the network. */
export const streamDroppedCode = -32_090;

/** The same for a reply that is longer than is taken. */
export const replyTooLongCode = -32_091;

const requestSchema = z.object({ id: z.union([z.string(), z.number()]) });

/**
 * A fetch that answers a request whose event stream breaks off, or ends without the reply, with a JSON-RPC error. The client
 * alone would go on waiting, until the deadline's share is spent, for a reply that cannot come any more.
 */
export function tellDrops(fetchLike: FetchLike): FetchLike {
  return async (url, init) => {
    const response = await fetchLike(url, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (init?.method !== 'POST' || !isStream || !response.body) return response;
    const request = requestSchema.safeParse(typeof init.body === 'string' ? JSON.parse(init.body) : undefined);
    if (!request.success) return response;
    const { status, statusText, headers } = response;
    return new Response(withDropTold(response.body, request.data.id), { status, statusText, headers });
  };
}

// An event with an id lets the client take the stream up again; it does so by itself where the stream ends.
const eventId = /(^|\n)id:/;
const keptTail = 4;

function withDropTold(body: ReadableStream<Uint8Array>, id: string | number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let tail = '';
  let resumable = false;
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) {
          const text = tail + decoder.decode(value, { stream: true });
          resumable ||= eventId.test(text);
          tail = text.slice(-keptTail);
          controller.enqueue(value);
          return;
        }
        // Where the reply has come, the client ignores a second one.
        if (!resumable) controller.enqueue(dropped(id, 'the reply ended before its answer'));
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        const tooLong = cause instanceof BodyTooLong;
        controller.enqueue(tooLong ? dropped(id, why, replyTooLongCode) : dropped(id, `the reply broke off (${why})`));
      }
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function dropped(id: string | number, message: string, code = streamDroppedCode): Uint8Array {
  const error = { jsonrpc: '2.0', id, error: { code, message } };
  // The empty line first ends an event that was cut.
  return new TextEncoder().encode(`\n\ndata: ${JSON.stringify(error)}\n\n`);
}
