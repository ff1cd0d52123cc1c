import { HybridRoutingError } from '../config/errors.ts';
import type { PathName } from '../config/operation-types.ts';

/** The classes of the fault matrix. */
export const errorClasses = [
  'throttled',
  'transient',
  'timeout',
  'network',
  'protocol',
  'caller',
  'configuration',
  'upstream',
  'overload',
  'unavailable',
  'cancelled',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

interface ClassTraits {
  /** How often a call may be made again on the same path. */
  retries: number;
  /** Whether the other path may be asked. */
  fallback: boolean;
  /** Whether it counts against the path's breaker; a configuration error opens it at once. */
  breaker: boolean;
  /** Whether the path's health suffers. */
  health: boolean;
}

/**
 * The fault matrix: what an error of each class does. `unavailable` is an open breaker, which has had its effect already;
 * `cancelled` is the client's own wish, so nothing follows from it.
 */
export const traits: Record<ErrorClass, ClassTraits> = {
  throttled: { retries: 2, fallback: true, breaker: false, health: true },
  transient: { retries: 2, fallback: true, breaker: true, health: true },
  timeout: { retries: 0, fallback: true, breaker: true, health: true },
  network: { retries: 1, fallback: true, breaker: true, health: true },
  protocol: { retries: 0, fallback: true, breaker: true, health: true },
  caller: { retries: 0, fallback: false, breaker: false, health: false },
  configuration: { retries: 0, fallback: true, breaker: true, health: true },
  upstream: { retries: 0, fallback: true, breaker: true, health: true },
  overload: { retries: 0, fallback: true, breaker: false, health: true },
  unavailable: { retries: 0, fallback: true, breaker: false, health: false },
  cancelled: { retries: 0, fallback: false, breaker: false, health: false },
};

export interface PathFault {
  path: PathName;
  errorClass: ErrorClass;
  /** The fault's own name, such as ThrottlingException or ECONNREFUSED. */
  kind: string;
  message: string;
  remedy: string;
  /** How long the service asks to wait, in ms. */
  retryAfterMs?: number | undefined;
  /** True where the path has made its own second try, so that another one is no use. */
  retried?: boolean;
  /** True where the path is not to blame: it neither counts against the breaker nor lowers health. */
  blameless?: boolean;
  cause?: unknown;
}

/** What a path throws: a fault with its class in the matrix. */
export class PathError extends HybridRoutingError {
  readonly path: PathName;
  readonly errorClass: ErrorClass;
  readonly kind: string;
  readonly retryAfterMs: number | undefined;
  readonly blameless: boolean;
  readonly retried: boolean;

  constructor(fault: PathFault) {
    super(`${fault.path}_${fault.errorClass}`, fault.message, fault.remedy, { cause: fault.cause });
    this.path = fault.path;
    this.errorClass = fault.errorClass;
    this.kind = fault.kind;
    this.retryAfterMs = fault.retryAfterMs;
    this.blameless = fault.blameless ?? false;
    this.retried = fault.retried ?? false;
  }

  /** The same fault, of a path that has made its own second try. */
  asRetried(): PathError {
    const { path, errorClass, kind, message, remedy, retryAfterMs, blameless, cause } = this;
    return new PathError({ path, errorClass, kind, message, remedy, retryAfterMs, blameless, cause, retried: true });
  }
}
