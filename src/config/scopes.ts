import { z } from 'zod';

/**
 * What a caller may do. viewer: read health, metrics and the runbook, and have operations routed; operator: routing, modes,
 * cache, consents; security: containment, erasure, security reports; compliance: reports from the audit log.
 */
export const scopes = ['viewer', 'operator', 'security', 'compliance'] as const;
export const scopeSchema = z.enum(scopes);
export type Scope = z.infer<typeof scopeSchema>;
