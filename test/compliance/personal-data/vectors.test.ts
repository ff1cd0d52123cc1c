import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readLines } from '../../../bench/pii/lines.ts';
import { measureLines } from '../../../bench/pii/measure.ts';
import { makeSamples } from '../../../bench/pii/samples.ts';
import { measureVectors } from '../../../bench/pii/vectors.ts';
import { scanner } from './found.ts';

const vectors = await readLines(fileURLToPath(new URL('vectors/recognizer-vectors.jsonl', import.meta.url)));

it.each(measureVectors(scanner, vectors))('recognizer vectors: $type', ({ misses }) => {
  expect(misses).toEqual([]);
});

it('finds values with right check digits in sentences, and nothing in sentences without', () => {
  const { positive, negative } = makeSamples(99, 10);
  const recall = measureLines(scanner, positive);
  for (const { label, spans, typed } of recall.labels) {
    // Names and addresses are best effort: half of the names of the sentences are on no list.
    const least = label === 'PERSON' ? 0.8 : label === 'ADDRESS' ? 0.95 : 0.98;
    expect({ label, share: typed / spans }).toMatchObject({ share: expect.closeTo(1, 0) });
    expect(typed / spans, label).toBeGreaterThanOrEqual(least);
  }
  const wrong = measureLines(scanner, negative).types.reduce((sum, { findings }) => sum + findings, 0);
  expect(wrong / negative.length).toBeLessThan(0.02);
});
