import { type McpServer, ResourceNotFoundError, ResourceTemplate } from '@modelcontextprotocol/server';
import { readChapters } from '../src/runbook/chapters.ts';

const mimeType = 'text/markdown';
const sectionUri = (slug: string) => `runbook://section/${slug}`;

export function registerRunbook(server: McpServer): void {
  const chapters = readChapters();
  const about = { title: 'Runbook', description: 'The chapters of the runbook and when to read each.', mimeType };
  server.registerResource('runbook-index', 'runbook://index', about, async (uri) => {
    const lines = chapters.map(({ slug, title, summary }) => `- [${title}](${sectionUri(slug)}): ${summary}`);
    return { contents: [{ uri: uri.href, mimeType, text: ['# Runbook', '', ...lines, ''].join('\n') }] };
  });

  const template = new ResourceTemplate('runbook://section/{slug}', {
    list: async () => ({
      resources: chapters.map(({ slug, title }) => ({ uri: sectionUri(slug), name: title, mimeType })),
    }),
    complete: { slug: (typed) => chapters.map(({ slug }) => slug).filter((slug) => slug.startsWith(typed)) },
  });
  const sections = { title: 'Runbook section', description: 'One chapter of the runbook.', mimeType };
  server.registerResource('runbook-section', template, sections, async (uri, { slug }) => {
    const chapter = chapters.find((candidate) => candidate.slug === slug);
    if (!chapter) throw new ResourceNotFoundError(uri.href);
    return { contents: [{ uri: uri.href, mimeType, text: chapter.text }] };
  });
}
