interface Watching {
  /** When the stream ends at the latest, in ms since 1970; null where it need not. */
  until: number | null;
  wallClock: () => number;
  onEnd: () => void;
}

/** Longest delay of a timer, in ms. */
const longestTimer = 2_147_483_647;

/** Whether an answer is a stream that goes on after its headers. */
export function isStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') === true && response.body !== null;
}

/** The same stream, which tells when it has ended, by whichever side, and which ends when its caller's token does. */
export function watchedStream(response: Response, { until, wallClock, onEnd }: Watching): Response {
  const reader = response.body?.getReader();
  if (!reader) {
    onEnd();
    return response;
  }
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  const end = () => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    onEnd();
  };
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (until === null) return;
      const expire = () => {
        if (over) return;
        end();
        controller.close();
        void reader.cancel().catch(() => undefined); // nobody reads on, whatever becomes of it
      };
      timer = setTimeout(expire, Math.min(longestTimer, Math.max(0, until - wallClock()))).unref();
    },
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (over) return;
        if (!done) return controller.enqueue(value);
        end();
        controller.close();
      } catch (thrown) {
        if (over) return;
        end();
        controller.error(thrown);
      }
    },
    async cancel(reason) {
      end();
      await reader.cancel(reason);
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}
