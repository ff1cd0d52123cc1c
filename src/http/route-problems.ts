import { RequestError } from '@hono/node-server';
import { HttpError } from './http-error.ts';
import { always } from './security-headers.ts';

/** An error from before the app: of a request line or a Host header no URL could be made. Others stay as they are. */
export function readable(thrown: unknown): unknown {
  if (!(thrown instanceof RequestError)) return thrown;
  return new HttpError({
    status: 400,
    code: 'invalid_request',
    message: 'The request has no URL that this server can read',
    remedy: 'Send a Host header and a path that begins with a slash.',
    headers: { ...always, connection: 'close' },
  });
}

export function notFound(): HttpError {
  return new HttpError({
    status: 404,
    code: 'not_found',
    message: 'There is nothing at this path',
    remedy: 'MCP is at /mcp, health at /health; the other paths are listed in /openapi.json.',
  });
}

export function wrongMethod(methods: readonly string[]): HttpError {
  const allow = methods.join(', ');
  return new HttpError({
    status: 405,
    code: 'method_not_allowed',
    message: 'This path does not take this method',
    remedy: `Use ${allow}.`,
    headers: { allow },
  });
}
