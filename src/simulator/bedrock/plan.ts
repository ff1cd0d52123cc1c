import type { Decision } from '../rule-book.ts';
import { answerTo, endedBy, type StopReason } from './answer.ts';
import { corrupted, encodeException } from './event-stream.ts';
import { blockedReply, guardrailReply } from './guardrail.ts';
import type { GuardrailCall } from './guardrail-request.ts';
import { answerReply, errorReply, type Reply, replyNotJson, replyWithoutFields } from './reply.ts';
import type { BedrockCall } from './request.ts';
import { serviceError, throttled } from './service-error.ts';

/** What to put on the socket, and in what manner. */
export type Plan =
  | { manner: 'whole'; reply: Reply }
  /** Send this much, then nothing, and keep the connection open. */
  | { manner: 'hang'; reply: Reply; bytes: number }
  /** Promise the whole length, send this much, cut the connection. */
  | { manner: 'cut'; reply: Reply; bytes: number }
  | { manner: 'drip'; reply: Reply; bytesPerSecond: number }
  /** Not even headers. */
  | { manner: 'silence' }
  | { manner: 'reset' };

/** Turns a decision into what the wire will see. Pure. */
export function planFor(call: BedrockCall | GuardrailCall, decision: Decision, seed: number): Plan {
  const { reply, ended } = repliesTo(call, seed, decision.latencyMs ?? 0);
  const whole = (instead: Reply): Plan => ({ manner: 'whole', reply: instead });
  const { fault } = decision;

  switch (fault?.kind) {
    case 'service_unavailable':
    case 'internal_server':
    case 'model_not_ready':
    case 'model_timeout':
    case 'model_error':
    case 'service_quota_exceeded':
    case 'validation':
    case 'context_too_long':
    case 'access_denied':
    case 'expired_token':
    case 'resource_not_found':
    case 'model_retired':
      return whole(errorReply(serviceError(fault.kind)));
    case 'throttled':
      return whole(errorReply(throttled(fault.retryAfterSeconds)));
    case 'guardrail_intervened':
    case 'content_filtered':
    case 'max_tokens':
      return whole(ended(fault.kind));
    case 'malformed_json':
      return whole(replyNotJson(reply));
    case 'missing_fields':
      return whole(replyWithoutFields(call));
    case 'hang_before_headers':
      return { manner: 'silence' };
    case 'connection_reset':
      return { manner: 'reset' };
    case 'hang_mid_body':
      return { manner: 'hang', reply, bytes: half(reply) };
    case 'truncated_body':
      return { manner: 'cut', reply, bytes: half(reply) };
    case 'slow_drip':
      return { manner: 'drip', reply, bytesPerSecond: fault.bytesPerSecond };
    case 'stream_exception':
      return whole({ ...reply, parts: [...first(reply, fault.afterEvents), encodeException(fault.exception)] });
    case 'stream_truncated':
      return whole({ ...reply, parts: first(reply, fault.afterEvents) });
    case 'stream_stall':
      return { manner: 'hang', reply, bytes: size(first(reply, fault.afterEvents)) };
    case 'malformed_event': {
      const sound = first(reply, fault.afterEvents);
      const [next = new Uint8Array(), ...rest] = reply.parts.slice(sound.length);
      return whole({ ...reply, parts: [...sound, corrupted(next), ...rest] });
    }
    default:
      // No fault, or one of the upstream server's: rules of both may share a list.
      return whole(reply);
  }
}

interface Replies {
  reply: Reply;
  ended(by: Exclude<StopReason, 'end_turn'>): Reply;
}

function repliesTo(call: BedrockCall | GuardrailCall, seed: number, latencyMs: number): Replies {
  if (call.api === 'apply-guardrail') {
    return { reply: guardrailReply(call, latencyMs), ended: () => blockedReply(call, latencyMs) };
  }
  const plain = answerTo(call, seed, latencyMs);
  return { reply: answerReply(call, plain), ended: (by) => answerReply(call, endedBy(plain, by, call)) };
}

/** The events before the fault; the answer's end (messageStop, metadata) is never among them. */
function first(reply: Reply, events: number): Uint8Array[] {
  return reply.parts.slice(0, Math.min(events, reply.parts.length - 2));
}

function size(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

function half(reply: Reply): number {
  return Math.floor(size(reply.parts) / 2);
}
