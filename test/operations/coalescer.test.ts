import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Coalescer } from '../../src/operations/coalescer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function coalescer() {
  const delivered: string[] = [];
  const told = new Coalescer({
    leastMs: (name) => (name === 'slow' ? 5_000 : 1_000),
    now: Date.now,
    deliver: (name) => void delivered.push(name),
  });
  return { told, delivered };
}

it('passes the first on at once, and a burst after it as one', () => {
  const { told, delivered } = coalescer();
  for (let n = 0; n < 100; n += 1) told.tell('a');
  expect(delivered).toEqual(['a']);
  vi.advanceTimersByTime(999);
  expect(delivered).toEqual(['a']);
  vi.advanceTimersByTime(1);
  expect(delivered).toEqual(['a', 'a']);
  vi.advanceTimersByTime(10_000);
  expect(delivered).toEqual(['a', 'a']);
});

it('keeps each name to its own time', () => {
  const { told, delivered } = coalescer();
  for (const name of ['a', 'slow', 'a', 'slow']) told.tell(name);
  vi.advanceTimersByTime(1_000);
  expect(delivered).toEqual(['a', 'slow', 'a']);
  vi.advanceTimersByTime(4_000);
  expect(delivered).toEqual(['a', 'slow', 'a', 'slow']);
});

it('tells nothing more once it is closed', () => {
  const { told, delivered } = coalescer();
  told.tell('a');
  told.tell('a');
  told.close();
  vi.advanceTimersByTime(10_000);
  expect(delivered).toEqual(['a']);
});
