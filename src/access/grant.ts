import type { Scope } from '../config/scopes.ts';

/** What a token allows, and whose it is. */
export interface Grant {
  /** `token:<name>` or `jwt:<issuer>#<subject>`: in the audit log, and what plans and handles are bound to. */
  principal: string;
  scopes: readonly Scope[];
  /** Whether an agent has it: what it changes is confirmed, and therefore not taken on /admin. */
  agent?: boolean | undefined;
  /** Milliseconds since 1970; null where it does not end. */
  expiresAt: number | null;
}
