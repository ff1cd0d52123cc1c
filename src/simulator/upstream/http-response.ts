import type { ServerResponse } from 'node:http';

/** Writes a web Response to a Node one; each chunk may be rewritten on the way. Stops when the client has gone. */
export async function writeResponse(
  response: Response,
  to: ServerResponse,
  { gone, rewrite }: { gone: AbortSignal; rewrite?: (text: string) => string },
): Promise<void> {
  if (gone.aborted) {
    await response.body?.cancel();
    return;
  }
  to.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) {
    to.end();
    return;
  }
  to.flushHeaders();
  const reader = response.body.getReader();
  const cancel = () => {
    reader.cancel().catch(() => {});
  };
  gone.addEventListener('abort', cancel, { once: true });
  for (;;) {
    const { done, value } = await reader.read();
    if (done || gone.aborted) break;
    // The SDK enqueues whole messages, so a chunk never ends within a character or a word that is rewritten.
    to.write(rewrite === undefined ? value : rewrite(new TextDecoder().decode(value)));
  }
  gone.removeEventListener('abort', cancel);
  if (!gone.aborted) to.end();
}
