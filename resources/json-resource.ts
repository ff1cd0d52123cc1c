import type { CacheHint, McpServer } from '@modelcontextprotocol/server';
import type { OperationContext } from '../src/operations/operation.ts';
import { forViewers } from '../tools/for-viewers.ts';

interface JsonResource {
  name: string;
  uri: string;
  title: string;
  description: string;
  cacheHint: CacheHint;
  read: () => unknown;
}

export const mimeType = 'application/json';

/** Of this moment, and of this process: worth keeping for as long as a person looks at it. */
export const live = { ttlMs: 1_000, cacheScope: 'private' } as const;
/** Changes with a release, or where an operator changes it. */
export const settled = { ttlMs: 60_000, cacheScope: 'private' } as const;

/** A resource that is a value as JSON. */
export function registerJson(
  server: McpServer,
  context: OperationContext,
  { name, uri, read, ...about }: JsonResource,
): void {
  server.registerResource(name, uri, { ...about, mimeType }, (address, request) =>
    forViewers({ server, context, request, what: `read ${name}` }, async () => jsonContents(address, await read())),
  );
}

export function jsonContents({ href }: URL, value: unknown) {
  return { contents: [{ uri: href, mimeType, text: JSON.stringify(value, null, 2) }] };
}
