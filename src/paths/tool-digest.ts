import { createHash } from 'node:crypto';
import type { Tool } from '@modelcontextprotocol/client';

/** SHA-256, in hex, of all that a tool says of itself: a change may turn what it is trusted with (a "rug pull"). */
export function toolDigest(tool: Tool): string {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  const said = { name, title, description, inputSchema, outputSchema, annotations };
  return createHash('sha256').update(inOneOrder(said)).digest('hex');
}

/** JSON in which the order of keys says nothing. */
function inOneOrder(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
