import type { Scope } from '../config/scopes.ts';

/** Who calls, as far as the transport knows. */
export interface CallerIdentity {
  transport: 'stdio' | 'http' | 'cli';
  /** Name and version that the client gives of itself. */
  client: string | null;
  /** Whose token it is (`token:ci`, `jwt:<issuer>#<subject>`), or the transport itself: plans and handles are bound to it. */
  principal: string;
  scopes: readonly Scope[];
  /** The client's address, over HTTP. */
  address: string | null;
}

export interface Caller {
  /** Not given by the server's own probes and reads: they may do everything. */
  identity?: CallerIdentity | undefined;
  /** Aborted when the client cancels. */
  cancelled: AbortSignal;
  /** How a change was confirmed that an agent asked for: by the person at its client, a token, or an operator's approval. */
  confirmed?: Readonly<Record<string, unknown>> | undefined;
  /** Given where the client asked for progress. */
  onProgress?: ((text: string) => void) | undefined;
  /** The operation runs on its own, whoever waits: its deadline may be longer than the SLA. */
  background?: boolean | undefined;
  /** A health check's own operation, left out of KPIs. */
  probe?: boolean | undefined;
}

/** Who called, for the audit log: what one may do is not who one is. */
export function auditedCaller({ identity, confirmed }: Caller) {
  if (!identity) return null;
  const { transport, client, principal, address } = identity;
  return { transport, client, principal, address, ...(confirmed ? { confirmed } : {}) };
}
