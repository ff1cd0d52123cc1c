import type { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

/** Process ids of upstreams that run now. One set for the process, as its end is one event. */
const running = new Set<number>();
let watching = false;

/**
 * Sees to it that an upstream's process does not outlive this one. The transport's own `close()` tells only its first caller
 * when the process is gone, and takes seconds to come to SIGKILL: here every caller waits for it, a closed transport starts
 * nothing any more, and what still runs when this process exits is killed.
 *
 * Changed in place: of a subclass the client would not make the copy that it asks for the protocol revision.
 */
export function endWithProcess(transport: StdioClientTransport): void {
  const start = transport.start.bind(transport);
  const close = transport.close.bind(transport);
  let closed: Promise<void> | undefined;
  let pid: number | null = null;
  const forget = () => {
    if (pid !== null) running.delete(pid);
  };

  transport.start = () => {
    if (closed) return Promise.reject(new Error('The transport was closed before it was started.'));
    const started = start();
    pid = transport.pid;
    if (pid !== null) running.add(pid);
    watchExit();
    const { onclose } = transport;
    transport.onclose = () => {
      forget();
      onclose?.();
    };
    return started;
  };
  transport.close = () => {
    closed ??= close().finally(forget);
    return closed;
  };
}

function watchExit(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const pid of running) kill(pid);
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
