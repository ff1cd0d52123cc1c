import { setImmediate } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { inTime } from '../../src/store/in-time.ts';

const late = () => new Error('late');

it('gives what the call gives, or throws what it throws', async () => {
  expect(await inTime(Promise.resolve(7), 1_000, late)).toBe(7);
  await expect(inTime(Promise.reject(new RangeError('own')), 1_000, late)).rejects.toThrow(RangeError);
});

it('gives up after its time, and hears no later error', async () => {
  let fail = (_error: Error) => {};
  const call = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  await expect(inTime(call, 5, late)).rejects.toThrow('late');
  const unhandled = vi.fn();
  process.once('unhandledRejection', unhandled);
  fail(new Error('nobody listens'));
  await setImmediate();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

it('hears an answer that came while the event loop was held up', async () => {
  // Two turns away, as the answer of another thread is.
  const answered = async () => {
    await setImmediate();
    await setImmediate();
    return 'here';
  };
  const call = inTime(answered(), 20, late);
  const end = performance.now() + 100;
  while (performance.now() < end); // holds up the loop, as much work at once does
  expect(await call).toBe('here');
});
