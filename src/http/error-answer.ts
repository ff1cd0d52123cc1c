import { HybridRoutingError, messageOf } from '../config/errors.ts';
import type { Logger } from '../telemetry/logger.ts';
import { statusOf } from './error-status.ts';
import { HttpError } from './http-error.ts';

interface Failed {
  /** Anything thrown. */
  thrown: unknown;
  /** Path of the request: MCP's own endpoints answer in MCP's form. */
  path: string;
  logger: Logger;
}

const internal = new HttpError({
  status: 500,
  code: 'internal_error',
  message: 'The server has failed at this request',
  remedy: 'Send it again; where it fails again, look into the log of the server.',
});

/**
 * Any error as an answer: its status, and JSON `{"error": {code, message, remedy}}`, for MCP a JSON-RPC error. What is not
 * meant to be seen is logged, and answered without its text.
 */
export function errorAnswer({ thrown, path, logger }: Failed): Response {
  const error = shown(thrown, path, logger);
  const status = statusOf(error);
  const headers = { 'content-type': 'application/json', ...(error instanceof HttpError ? error.headers : {}) };
  return new Response(errorText(error, path), { status, headers });
}

/** The body of an error answer. */
export function errorText({ code, message, remedy }: HybridRoutingError, path: string): string {
  if (path !== '/mcp') return JSON.stringify({ error: { code, message, remedy } });
  const error = { code: jsonRpcCodes[code] ?? serverError, message: `${message}. ${remedy}`, data: { code, remedy } };
  return JSON.stringify({ jsonrpc: '2.0', error, id: null });
}

// JSON-RPC 2.0, section 5.1; what it does not name is of the server's own range.
const jsonRpcCodes: Readonly<Record<string, number>> = {
  not_json: -32_700,
  json_too_deep: -32_600,
  internal_error: -32_603,
};
const serverError = -32_000;

function shown(thrown: unknown, path: string, logger: Logger): HybridRoutingError {
  const known = thrown instanceof HybridRoutingError;
  if (known && statusOf(thrown) !== 500) return thrown;
  const code = known ? thrown.code : undefined;
  const fields = { component: 'bedrock-support', event: 'ERROR', path, code, cause: messageOf(thrown) } as const;
  logger.error(fields, 'ERROR request failed');
  return known ? thrown : internal;
}
