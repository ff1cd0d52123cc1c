import type { FetchLike } from '@modelcontextprotocol/client';
import { z } from 'zod';

/** JSON-RPC error code, in the range left to implementations, that stands for a reply cut off by the network. */
export const streamDroppedCode = -32_090;

const requestSchema = z.object({ id: z.union([z.string(), z.number()]) });

/**
 * A fetch that answers a request whose event stream breaks off with a JSON-RPC error. The client alone would only report
 * the loss and go on waiting, until the deadline's share is spent, for a reply that cannot come any more.
 */
export function tellDrops(fetchLike: FetchLike): FetchLike {
  return async (url, init) => {
    const response = await fetchLike(url, init);
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (init?.method !== 'POST' || !isStream || !response.body) return response;
    const { status, statusText, headers } = response;
    return new Response(withDropTold(response.body, init.body), { status, statusText, headers });
  };
}

function withDropTold(body: ReadableStream<Uint8Array>, request: unknown): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        const { id } = requestSchema.parse(typeof request === 'string' ? JSON.parse(request) : request);
        const message = `the reply broke off (${cause instanceof Error ? cause.message : String(cause)})`;
        const error = { jsonrpc: '2.0', id, error: { code: streamDroppedCode, message } };
        // The empty line first ends an event that was cut.
        controller.enqueue(new TextEncoder().encode(`\n\ndata: ${JSON.stringify(error)}\n\n`));
        controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
