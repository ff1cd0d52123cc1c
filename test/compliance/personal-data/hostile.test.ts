import { expect, it } from 'vitest';
import { hostileTexts } from '../../../bench/pii/hostile.ts';
import { ordinaryText } from '../../../bench/pii/ordinary.ts';
import { scanner } from './found.ts';

// The goal is 200 ms a megabyte, measured by `npm run bench:pii`; ten times that still tells linear from quadratic.
it.each(Object.entries(hostileTexts))('reads a megabyte of %s in linear time', (_name, text) => {
  const start = performance.now();
  scanner.scan(text);
  expect(performance.now() - start).toBeLessThan(2_000);
});

it('reads ordinary text at a fifth of the goal at least', () => {
  const text = ordinaryText(1_000_000);
  const start = performance.now();
  scanner.scan(text);
  expect(performance.now() - start).toBeLessThan(500);
});
