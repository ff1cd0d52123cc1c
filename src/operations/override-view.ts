import { z } from 'zod';
import { pathNameSchema } from '../config/operation-types.ts';
import type { ActiveOverride } from '../routing/overrides.ts';

/** An override as it is shown: times in ISO 8601, the rest of its life in seconds. */
export const overrideSchema = z.object({
  route: pathNameSchema,
  reason: z.string(),
  setAt: z.string(),
  expiresAt: z.string(),
  remainingSeconds: z.number(),
});

export function shownOverride({ route, reason, setAt, expiresAt }: ActiveOverride, now: number) {
  return {
    route,
    reason,
    setAt: new Date(setAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    remainingSeconds: Math.max(0, Math.ceil((expiresAt - now) / 1_000)),
  };
}
