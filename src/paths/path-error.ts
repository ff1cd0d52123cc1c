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
  'cancelled',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

interface ClassTraits {
  /** Whether the other path may be asked. */
  fallback: boolean;
  /** Whether the path's health suffers. */
  lowersHealth: boolean;
}

/** The fault matrix: what an error of each class does. `cancelled` is the client's own wish, so nothing follows from it. */
export const traits: Record<ErrorClass, ClassTraits> = {
  throttled: { fallback: true, lowersHealth: true },
  transient: { fallback: true, lowersHealth: true },
  timeout: { fallback: true, lowersHealth: true },
  network: { fallback: true, lowersHealth: true },
  protocol: { fallback: true, lowersHealth: true },
  caller: { fallback: false, lowersHealth: false },
  configuration: { fallback: true, lowersHealth: true },
  upstream: { fallback: true, lowersHealth: true },
  overload: { fallback: true, lowersHealth: true },
  cancelled: { fallback: false, lowersHealth: false },
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
  cause?: unknown;
}

/** What a path throws: a fault with its class in the matrix. */
export class PathError extends HybridRoutingError {
  readonly path: PathName;
  readonly errorClass: ErrorClass;
  readonly kind: string;
  readonly retryAfterMs: number | undefined;

  constructor(fault: PathFault) {
    super(`${fault.path}_${fault.errorClass}`, fault.message, fault.remedy, { cause: fault.cause });
    this.path = fault.path;
    this.errorClass = fault.errorClass;
    this.kind = fault.kind;
    this.retryAfterMs = fault.retryAfterMs;
  }
}
