import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { PathError } from './path-error.ts';
import { asWords } from './untrusted-text.ts';

export function connectionClosed({ name }: UpstreamConfig): PathError {
  return new PathError({
    path: 'mcp',
    errorClass: 'network',
    kind: 'closed',
    message: `Upstream ${name}: the connection is closed because the server is shutting down`,
    remedy: 'Send the operation to another server.',
  });
}

/** @param tools names, as the upstream has them */
export function toolMissing({ name, tool }: UpstreamConfig, tools: readonly string[]): PathError {
  const shown = tools
    .slice(0, 20)
    .map((each) => asWords(each, 64))
    .join(', ');
  return new PathError({
    path: 'mcp',
    errorClass: 'configuration',
    kind: 'tool_missing',
    message: `Upstream ${name}: has no tool ${tool}; its tools: ${shown || 'none'}`,
    remedy: `Set "tool" of upstream ${name} in mcp.upstreams to one of them.`,
  });
}

/** Never blameless: a new connection cannot mend that there is none (a 404 is then no expired session, but a wrong URL). */
export function connectFailure(error: PathError, lastWords: string | undefined): PathError {
  const { path, errorClass, kind, message, remedy, cause } = error;
  const said = lastWords === undefined ? '' : ` (it last said: ${lastWords})`;
  return new PathError({ path, errorClass, kind, message: `${message}${said}`, remedy, cause });
}
