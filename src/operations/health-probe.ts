import { z } from 'zod';
import { latencyLimits, type OperationType } from '../config/operation-types.ts';
import { type NetworkTimings, networkTimings, noEndpoint } from '../health/network-timings.ts';
import type { Caller } from '../support/caller.ts';
import type { OperationResult } from '../support/operation.ts';
import type { OperationContext } from './operation.ts';

export const probeKinds = ['emergency', 'critical', 'mcp'] as const;
export type ProbeKind = (typeof probeKinds)[number];

/** The runbook's three test operations, each by the type that stands for its class. */
const operations: Record<ProbeKind, OperationType> = {
  emergency: 'emergency',
  critical: 'infrastructure',
  mcp: 'kiro_communication',
};

const ms = z.number().nullable();

export const probeSchema = z
  .object({
    kind: z.enum(probeKinds),
    operationId: z.string(),
    status: z.string(),
    path: z.string(),
    latencyMs: z.number(),
    targetMs: z.number(),
    slaMs: z.number(),
    verdict: z.enum(['within_target', 'within_sla', 'past_sla', 'no_answer']),
    attempts: z.array(z.record(z.string(), z.unknown())),
    error: z.string().nullable(),
    network: z.object({
      endpoint: z.string().nullable(),
      dnsMs: ms,
      tcpMs: ms,
      tlsMs: ms,
      error: z.string().nullable(),
    }),
    simulated: z.boolean(),
  })
  .meta({ brief: true });
export type HealthProbe = z.infer<typeof probeSchema>;

const prompt = 'Health probe. Answer with the one word OK.';
/** For the three steps of a connection together, in ms. */
const networkTimeoutMs = 3_000;

/** One real operation through the real path, and how long a new connection to its service takes. */
export async function probeOperation(context: OperationContext, kind: ProbeKind, caller: Caller): Promise<HealthProbe> {
  const request = { operation: operations[kind], prompt, dryRun: false };
  const { cancelled } = caller;
  const result = await context.support.run(request, { cancelled, probe: true });
  // Afterwards, so that the operation does not compete with it; and the SDK knows its endpoint by then.
  const endpoint = kind === 'mcp' ? upstreamUrl(context, result.upstream) : bedrockUrl(context);
  const timing = { timeoutMs: networkTimeoutMs, now: () => performance.now() };
  const network: NetworkTimings = endpoint === null ? noEndpoint : await networkTimings(endpoint, timing);
  const { operationId, status, path, latencyMs, attempts, error, simulated } = result;
  const { targetMs, slaMs } = latencyLimits[result.sla.class];
  return {
    kind,
    operationId,
    status,
    path,
    latencyMs,
    targetMs,
    slaMs,
    verdict: verdictOf(result),
    attempts: [...attempts],
    error: error && `${error.code}: ${error.message}. ${error.remedy}`,
    network: { ...network },
    simulated,
  };
}

function verdictOf({ status, latencyMs, sla }: OperationResult): HealthProbe['verdict'] {
  if (status !== 'answered') return 'no_answer';
  if (latencyMs <= sla.targetMs) return 'within_target';
  return latencyMs <= sla.slaMs ? 'within_sla' : 'past_sla';
}

function bedrockUrl({ config, health }: OperationContext): string | null {
  const { endpoint } = health.component('direct-bedrock').details;
  return config.direct.enabled && typeof endpoint === 'string' ? endpoint : null;
}

/** The upstream that answered, or else the preferred one for such operations; an upstream over stdio has no URL. */
function upstreamUrl({ config }: OperationContext, answered: string | null): string | null {
  const { upstreams } = config.mcp;
  const able = upstreams.filter((upstream) => upstream.operations?.includes(operations.mcp) ?? true);
  return (upstreams.find(({ name }) => name === answered) ?? able[0])?.url ?? null;
}
