import { readdirSync, readFileSync } from 'node:fs';

/** A chapter of the runbook: a Markdown file whose first line is its title and whose second paragraph says what it is for. */
export interface Chapter {
  slug: string;
  title: string;
  summary: string;
  text: string;
}

const folder = new URL('../../resources/runbook/', import.meta.url);

/** Reads the chapters in the order of their file names (`01-overview.md` has the slug `overview`). */
export function readChapters(): Chapter[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => {
      const text = readFileSync(new URL(name, folder), 'utf8');
      const [title = '', summary = ''] = text.split('\n\n');
      return {
        slug: name.replace(/^\d+-/, '').replace(/\.md$/, ''),
        title: title.replace(/^#\s*/, ''),
        summary: summary.replaceAll('\n', ' '),
        text,
      };
    });
}
