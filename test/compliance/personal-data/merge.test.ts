import { expect, it } from 'vitest';
import { merge } from '../../../src/compliance/personal-data/merge.ts';
import { found } from './found.ts';

const finding = (type: string, start: number, end: number, confidence: number) => ({ type, start, end, confidence });

it('prefers a tier of confidence, then length, then confidence, then the first', () => {
  expect(merge([finding('A', 0, 20, 0.6), finding('B', 5, 10, 0.9)])).toEqual([finding('B', 5, 10, 0.9)]);
  expect(merge([finding('A', 0, 20, 0.8), finding('B', 5, 10, 0.9)])).toEqual([finding('A', 0, 20, 0.8)]);
  expect(merge([finding('A', 0, 9, 0.8), finding('B', 0, 9, 0.9)])).toEqual([finding('B', 0, 9, 0.9)]);
  expect(merge([finding('A', 0, 9, 0.8), finding('B', 0, 9, 0.8)])).toEqual([finding('A', 0, 9, 0.8)]);
});

it('keeps what the winner does not touch, and findings side by side', () => {
  const rows = [finding('A', 0, 5, 0.6), finding('B', 4, 8, 0.9), finding('C', 7, 9, 0.6), finding('D', 9, 12, 0.5)];
  expect(merge(rows)).toEqual([finding('B', 4, 8, 0.9), finding('D', 9, 12, 0.5)]);
});

it('gives the whole of a URL with credentials one finding', () => {
  expect(found('https://max@example.org:pw@example.org/a')).toHaveLength(1);
});
