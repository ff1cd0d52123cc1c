import { expect, it } from 'vitest';
import { cut, duration, nextLines, simulatedLine } from '../../tools/format.ts';

it.each([
  [0, '0 ms'],
  [87.4, '87 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1_000, '1.0 s'],
  [1_240, '1.2 s'],
  [60_000, '60.0 s'],
])('duration of %d is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdefg', 6, 'abc...'],
  ['', 6, ''],
])('cut of %s to %d is %s', (text, length, expected) => {
  expect(cut(text, length)).toBe(expected);
});

it('a next call can be made as it stands', () => {
  const next = [{ tool: 't', arguments: { a: 1 }, why: 'w' }];
  expect(nextLines(next)).toEqual(['Next: t {"a":1} - w']);
});

it('says simulated only where it is', () => {
  expect([simulatedLine(false), simulatedLine(true).length]).toEqual([[], 1]);
});
