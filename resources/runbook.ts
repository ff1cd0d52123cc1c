import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { type Chapter, readChapters } from '../src/runbook/chapters.ts';
import { forViewers } from '../tools/for-viewers.ts';

const mimeType = 'text/markdown';
/** Changes with a release alone, and is the same for every caller. */
const cacheHint = { ttlMs: 86_400_000, cacheScope: 'public' } as const;

/** Read once: a server is made for each request, and the files change with a release alone. */
let read: readonly Chapter[] | undefined;
const chaptersOf = () => {
  read ??= readChapters();
  return read;
};

const sectionUri = (slug: string) => `runbook://section/${slug}`;

export function registerRunbook(server: McpServer, context: OperationContext): void {
  const chapters = chaptersOf();
  const about = {
    title: 'Runbook',
    description: 'The chapters of the runbook and when to read each.',
    mimeType,
    cacheHint,
  };
  server.registerResource('runbook-index', 'runbook://index', about, (uri, request) => {
    const lines = chapters.map(({ slug, title, summary }) => `- [${title}](${sectionUri(slug)}): ${summary}`);
    const text = ['# Runbook', '', ...lines, ''].join('\n');
    const asking = { server, context, request, what: 'read runbook-index' };
    return forViewers(asking, async () => ({ contents: [{ uri: uri.href, mimeType, text }] }));
  });

  const template = new ResourceTemplate('runbook://section/{slug}', {
    list: async () => ({
      resources: chapters.map(({ slug, title }) => ({ uri: sectionUri(slug), name: title, mimeType })),
    }),
    complete: { slug: (typed) => chapters.map(({ slug }) => slug).filter((slug) => slug.startsWith(typed)) },
  });
  const sections = { title: 'Runbook section', description: 'One chapter of the runbook.', mimeType, cacheHint };
  server.registerResource('runbook-section', template, sections, async (uri, { slug }, request) => {
    const chapter = chapters.find((candidate) => candidate.slug === slug);
    if (!chapter) throw new ResourceNotFoundError(uri.href);
    const asking = { server, context, request, what: 'read runbook-section' };
    return forViewers(asking, async () => ({ contents: [{ uri: uri.href, mimeType, text: chapter.text }] }));
  });
}
