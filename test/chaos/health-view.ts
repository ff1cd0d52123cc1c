import { z } from 'zod';
import type { PathName } from '../../src/config/operation-types.ts';
import type { RunningServer } from '../e2e/harness/server.ts';

const breakerSchema = z.looseObject({
  state: z.enum(['closed', 'open', 'half_open']),
  reason: z.string().nullable(),
  nextTrialAt: z.union([z.string(), z.number()]).nullable(),
  trials: z.number(),
  opened: z.number(),
});

const componentSchema = z.looseObject({
  status: z.string(),
  cause: z.string().nullable(),
  details: z.looseObject({ failures: z.number().optional(), breakers: z.record(z.string(), breakerSchema) }),
});

/** How a path stands, as an operator sees it by `health_check`. */
export async function healthOf(server: RunningServer, path: PathName) {
  const component = path === 'direct' ? 'direct-bedrock' : 'mcp-router';
  const { structured } = await server.call('health_check', { depth: 'component', component });
  const { components } = z.looseObject({ components: z.record(z.string(), componentSchema) }).parse(structured);
  const seen = components[component];
  const breaker = Object.values(seen?.details.breakers ?? {})[0];
  if (!seen || !breaker) throw new Error(`health_check shows no ${component} or no breaker of it`);
  return { status: seen.status, cause: seen.cause, failures: seen.details.failures ?? 0, breaker };
}

export type PathHealthView = Awaited<ReturnType<typeof healthOf>>;
