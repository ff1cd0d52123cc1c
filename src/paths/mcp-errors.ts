import {
  InsufficientScopeError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { BodyTooLong } from './limit-body.ts';
import { type ErrorClass, PathError } from './path-error.ts';
import { replyTooLongCode, streamDroppedCode } from './tell-drops.ts';
import { asWords } from './untrusted-text.ts';

/** JSON-RPC "invalid params": also what an unknown tool is answered with. */
const invalidParams = -32_602;

/** What a new connection mends: not held against the path (fault matrix). */
const mendedByReconnecting: ReadonlySet<string> = new Set(['session_expired', 'stream_dropped']);

type Verdict = readonly [ErrorClass, kind: string];

/** Puts anything that the MCP client throws into its class. */
export function mcpError(thrown: unknown, upstream: string): PathError {
  const own = causeOf(thrown, (cause) => cause instanceof PathError);
  if (own instanceof PathError) return own;
  // Refused before it was sent (an address, a redirect), or not to be signed in (the key of the store).
  const refused = causeOf(thrown, (cause) => cause instanceof HybridRoutingError);
  if (refused instanceof HybridRoutingError) {
    const { code: kind, message, remedy } = refused;
    return new PathError({ path: 'mcp', errorClass: 'configuration', kind, message, remedy, cause: thrown });
  }
  const [errorClass, kind] = verdict(thrown);
  return new PathError({
    path: 'mcp',
    errorClass,
    kind,
    message: `Upstream ${upstream}: ${kind}: ${asWords(messageOf(thrown), 300)}`,
    remedy: remedyFor(errorClass, kind, upstream),
    blameless: mendedByReconnecting.has(kind),
    cause: thrown,
  });
}

function verdict(thrown: unknown): Verdict {
  if (thrown instanceof ProtocolError) {
    if (thrown.code === streamDroppedCode) return ['network', 'stream_dropped'];
    if (thrown.code === replyTooLongCode) return ['protocol', 'oversized_answer'];
    return thrown.code === invalidParams
      ? ['configuration', 'arguments_refused']
      : ['upstream', `rpc_error_${thrown.code}`];
  }
  if (thrown instanceof UnauthorizedError) return ['configuration', 'unauthorized'];
  if (thrown instanceof InsufficientScopeError) return ['configuration', 'forbidden'];
  if (thrown instanceof SdkHttpError) return httpVerdict(thrown.status, thrown.code);
  if (thrown instanceof SdkError) {
    // A probe that never reached the upstream says nothing about the protocol that it speaks.
    const unreached = thrown.code === SdkErrorCode.EraNegotiationFailed && codeOf(thrown.cause) !== undefined;
    return unreached ? verdict(thrown.cause) : sdkVerdict(thrown.code);
  }
  if (causeOf(thrown, (cause) => cause instanceof BodyTooLong)) return ['protocol', 'oversized_answer'];
  const code = codeOf(thrown);
  if (code === 'ENOENT' || code === 'EACCES') return ['configuration', 'command_not_found'];
  if (code !== undefined) return ['network', code];
  if (thrown instanceof TypeError && /fetch failed|terminated|invalid url/i.test(thrown.message)) {
    return ['network', 'fetch_failed'];
  }
  return ['protocol', 'unreadable_reply'];
}

function httpVerdict(status: number, code: SdkErrorCode): Verdict {
  if (status === 401) return ['configuration', 'unauthorized'];
  if (status === 403) return ['configuration', 'forbidden'];
  if (status === 404) return ['network', 'session_expired'];
  // The SDK follows none to another origin: a prompt goes where the operator has said.
  if (status >= 300 && status < 400) return ['configuration', 'redirect_refused'];
  if (status === 429) return ['throttled', 'http_429'];
  if (status >= 500) return ['transient', `http_${status}`];
  if (code === SdkErrorCode.ClientHttpUnexpectedContent) return ['protocol', 'unexpected_content'];
  return ['upstream', `http_${status}`];
}

function sdkVerdict(code: SdkErrorCode): Verdict {
  switch (code) {
    case SdkErrorCode.RequestTimeout:
      return ['timeout', 'request_timeout'];
    case SdkErrorCode.ConnectionClosed:
    case SdkErrorCode.NotConnected:
    case SdkErrorCode.SendFailed:
      return ['network', 'connection_closed'];
    case SdkErrorCode.ClientHttpAuthentication:
    case SdkErrorCode.ClientHttpForbidden:
      return ['configuration', 'unauthorized'];
    case SdkErrorCode.EraNegotiationFailed:
      return ['configuration', 'protocol_version'];
    default:
      return ['protocol', code.toLowerCase()];
  }
}

const coded: z.ZodType<{ code?: unknown; cause?: unknown }> = z.looseObject({
  code: z.unknown().optional(),
  cause: z.unknown().optional(),
});

/** The first of an error and its causes that a test is looking for. */
function causeOf(thrown: unknown, wanted: (cause: unknown) => boolean): unknown {
  for (let cause = thrown, depth = 0; cause !== undefined && depth < 8; depth += 1) {
    if (wanted(cause)) return cause;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return undefined;
}

/** The system's code (ECONNREFUSED ...), which fetch hides in its cause. */
function codeOf(thrown: unknown): string | undefined {
  const parsed = coded.safeParse(thrown);
  if (!parsed.success) return undefined;
  if (typeof parsed.data.code === 'string') return parsed.data.code;
  return parsed.data.cause === undefined ? undefined : codeOf(parsed.data.cause);
}

function remedyFor(errorClass: ErrorClass, kind: string, upstream: string): string {
  const where = `upstream ${upstream} in mcp.upstreams`;
  switch (kind) {
    case 'command_not_found':
      return `Correct "command" of ${where}: the program must exist and be executable.`;
    case 'arguments_refused':
      return `Correct "tool" and "arguments" of ${where}.`;
    case 'unauthorized':
    case 'forbidden':
      return `Correct the credentials in "headers", "oauth" or "env" of ${where}.`;
    case 'redirect_refused':
      return `Set "url" of ${where} to where it redirects, if that is the server that you mean.`;
    case 'oversized_answer':
      return `Raise mcp.maxAnswerBytes, or let ${where} answer in fewer words.`;
    case 'protocol_version':
      return `Set "protocol" of ${where} to a version that it speaks.`;
  }
  return errorClass === 'network'
    ? `Check that ${where} runs and can be reached.`
    : `Look at the logs of upstream ${upstream}.`;
}
