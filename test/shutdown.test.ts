import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Shutdown } from '../src/shutdown.ts';
import { recordingLogger } from './support-files/log-lines.ts';

/** A shutdown whose parts end when the test says so, and what it did, in order. */
function ending({ drainMs = 5_000, closes = true } = {}) {
  const did: string[] = [];
  const log = recordingLogger();
  let idle = () => {};
  const shutdown = new Shutdown({ logger: log.logger, exit: (status) => void did.push(`exit ${status}`) });
  const serving = {
    drainMs,
    stopAdmitting: () => void did.push('stop'),
    idle: () =>
      new Promise<void>((resolve) => {
        idle = resolve;
      }),
    abortRunning: () => void did.push('abort'),
    close: () => {
      did.push('close');
      return closes ? Promise.resolve() : new Promise<void>(() => {});
    },
  };
  return { shutdown, serving, did, log, idle: () => idle() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the graceful end', () => {
  it('closes as soon as the running calls are answered', async () => {
    const { shutdown, serving, did, idle } = ending();
    shutdown.watch(serving);
    shutdown.signal('SIGTERM');
    await vi.advanceTimersByTimeAsync(4_999);
    expect(did).toEqual(['stop']);
    idle();
    await vi.advanceTimersByTimeAsync(0);
    expect(did).toEqual(['stop', 'close', 'exit 0']);
  });

  it('aborts what runs after drainMs, and gives its answers time to go out', async () => {
    const { shutdown, serving, did, idle } = ending({ drainMs: 1_000 });
    shutdown.watch(serving);
    shutdown.signal('SIGINT');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(did).toEqual(['stop', 'abort']);
    idle();
    await vi.advanceTimersByTimeAsync(0);
    expect(did).toEqual(['stop', 'abort', 'close', 'exit 0']);
  });

  it('ends within a bound when nothing ends by itself', async () => {
    const { shutdown, serving, did } = ending({ closes: false });
    shutdown.watch(serving);
    shutdown.signal('SIGTERM');
    await vi.advanceTimersByTimeAsync(8_499);
    expect(did).toEqual(['stop', 'abort', 'close']);
    await vi.advanceTimersByTimeAsync(1);
    expect(did.at(-1)).toBe('exit 0');
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    { name: 'SIGTERM' as const, status: 143 },
    { name: 'SIGINT' as const, status: 130 },
  ])('ends at once on a second signal: $name', ({ name, status }) => {
    const { shutdown, serving, did } = ending();
    shutdown.watch(serving);
    shutdown.signal('SIGTERM');
    shutdown.signal(name);
    expect(did).toEqual(['stop', `exit ${status}`]);
  });

  it('begins once, however often the client goes', async () => {
    const { shutdown, serving, did, idle } = ending();
    shutdown.watch(serving);
    for (const cause of ['end', 'close', 'error']) void shutdown.end(cause);
    await vi.advanceTimersByTimeAsync(0);
    idle();
    await vi.advanceTimersByTimeAsync(0);
    expect(did).toEqual(['stop', 'close', 'exit 0']);
  });

  it('has nothing to close before the server serves', async () => {
    const { shutdown, did } = ending();
    shutdown.signal('SIGTERM');
    await vi.advanceTimersByTimeAsync(0);
    expect(did).toEqual(['exit 0']);
  });

  it('exits also where closing fails', async () => {
    const { shutdown, serving, did, log } = ending();
    shutdown.watch({ ...serving, idle: async () => {}, close: () => Promise.reject(new Error('stuck')) });
    await shutdown.end('a test');
    expect(did).toEqual(['stop', 'exit 0']);
    expect(log.lines().at(-1)).toMatchObject({ event: 'ERROR', cause: 'stuck' });
  });
});

describe('an error that nothing catches', () => {
  it('is logged as one line; children are closed, and the status is 1', async () => {
    const { shutdown, serving, did, log } = ending();
    shutdown.watch(serving);
    await shutdown.crash(new Error('boom'));
    expect(did).toEqual(['close', 'exit 1']);
    expect(log.lines()).toMatchObject([{ level: 'error', event: 'ERROR', cause: 'boom' }]);
  });

  it('keeps its status where it comes during a graceful end, and a second one ends at once', async () => {
    const { shutdown, serving, did, idle } = ending({ closes: false });
    shutdown.watch(serving);
    shutdown.signal('SIGTERM');
    void shutdown.crash(new Error('boom'));
    expect(did).toEqual(['stop', 'close']);
    void shutdown.crash(new Error('again'));
    expect(did.at(-1)).toBe('exit 1');
    idle();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(did).not.toContain('exit 0');
  });
});
