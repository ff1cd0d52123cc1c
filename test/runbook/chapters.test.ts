import { expect, it } from 'vitest';
import { readChapters } from '../../src/runbook/chapters.ts';

const chapters = readChapters();

it('reads the chapters, each with a slug of its own, in the order of their files', () => {
  const slugs = chapters.map(({ slug }) => slug);
  expect(slugs[0]).toBe('overview');
  expect(new Set(slugs).size).toBe(slugs.length);
});

it.each(chapters)('$slug has a title, a summary of one line, and its text', ({ slug, title, summary, text }) => {
  expect(slug).toMatch(/^[a-z][a-z-]*$/);
  expect(title).toMatch(/^[^#\s]/);
  expect(summary).toMatch(/^[^\n]{2,}$/);
  expect(text.startsWith(`# ${title}\n`)).toBe(true);
});
