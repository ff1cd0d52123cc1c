import { z } from 'zod';
import { accessSchema } from './access-schema.ts';
import { auditSchema } from './audit-schema.ts';
import { consentSchema } from './consent-schema.ts';
import { httpSchema } from './http-schema.ts';
import { defaultModelId, retiredModels } from './models.ts';
import { personalDataSchema } from './personal-data-schema.ts';
import { residencySchema } from './residency-schema.ts';
import { storeSchema } from './store-schema.ts';
import { upstreamSchema } from './upstream-schema.ts';

const modelSettings = {
  systemPrompt: z.string().min(1).optional().describe('System prompt sent with every call. None by default.'),
  temperature: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('Sampling temperature, 0 to 1. Not sent by default: the newest models refuse it.'),
  guardrail: z
    .strictObject({
      id: z.string().min(1).describe('Guardrail identifier or ARN.'),
      version: z.string().min(1).describe('Guardrail version, a number or DRAFT.'),
    })
    .optional()
    .describe('Bedrock guardrail applied to every call. None by default.'),
  latency: z
    .enum(['standard', 'optimized'])
    .optional()
    .describe('performanceConfig.latency. Not sent by default, which Bedrock takes as standard.'),
};

const classSettings = z.strictObject({
  modelId: z.string().min(1).optional().describe('Model id, inference profile id or ARN for this class.'),
  maxTokens: z.int().min(1).max(128_000).optional().describe('Longest answer for this class, in tokens.'),
  ...modelSettings,
});

const directSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the direct path (AWS Bedrock) is used at all.'),
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/, 'must be an AWS region such as eu-central-1')
    .optional()
    .describe(
      "AWS region; AWS_REGION stands over a file's. When neither is set: the profile's region, else eu-central-1.",
    ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Another Bedrock Runtime endpoint (VPC endpoint, simulator). AWS_ENDPOINT_URL_BEDROCK_RUNTIME works too.',
    ),
  modelId: z
    .string()
    .min(1)
    .default(defaultModelId)
    .describe('Model id, inference profile id or ARN for every class that has none of its own.'),
  maxTokens: z.int().min(1).max(128_000).default(2_048).describe('Longest answer, in tokens (1 to 128000).'),
  ...modelSettings,
  classes: z
    .strictObject({
      emergency: classSettings.optional().describe('Settings for emergency operations.'),
      critical: classSettings.optional().describe('Settings for infrastructure, meta_monitor and implementation.'),
      standard: classSettings.optional().describe('Settings for the other operation types.'),
    })
    .prefault({})
    .describe('Settings of one operation class, over the ones above.'),
  retiredModels: z
    .record(z.string(), z.string())
    .default(retiredModels)
    .describe('Ended model ids and the id that is called in their place; health flags each one in use.'),
  concurrency: z
    .int()
    .min(1)
    .max(1_000)
    .default(64)
    .describe('Calls to Bedrock at the same time, and sockets kept for them (1 to 1000).'),
});

const mcpSchema = z.strictObject({
  upstreams: z
    .array(upstreamSchema)
    .default([])
    .describe('Upstream MCP servers, the preferred one first. None: the mcp path is not configured.'),
  concurrency: z.int().min(1).max(1_000).default(16).describe('Calls to upstreams at the same time (1 to 1000).'),
  queueSize: z
    .int()
    .min(0)
    .max(100_000)
    .default(200)
    .describe('Operations that may wait for a free place; one more is refused as overload (0 to 100000).'),
  connectTimeoutMs: z
    .int()
    .min(100)
    .max(120_000)
    .default(10_000)
    .describe('Time to start or reach an upstream and list its tools, in ms (100 to 120000).'),
  maxAnswerBytes: z
    .int()
    .min(1_024)
    .max(67_108_864)
    .default(4_194_304)
    .describe('Longest answer taken from an upstream, in bytes (1 KiB to 64 MiB).'),
});

const breakerSchema = z.strictObject({
  consecutiveFailures: z.int().min(1).max(20).default(3).describe('Failures in a row that open it (1 to 20).'),
  openMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(30_000)
    .describe('Time from opening to the first trial, in ms (100 to 3600000); doubled by each trial that fails.'),
  maxOpenMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(300_000)
    .describe('Longest time between trials, in ms (100 to 3600000).'),
  trials: z.int().min(1).max(10).default(2).describe('Probes that must succeed in a row to close it (1 to 10).'),
});

const routingSchema = z.strictObject({
  directBedrockLatencyThreshold: z
    .int()
    .min(100)
    .max(60_000)
    .default(8_000)
    .describe(
      'A direct call that takes longer counts as slow, in ms (100 to 60000; runbook, "Poor Routing Efficiency").',
    ),
  mcpLatencyThreshold: z
    .int()
    .min(100)
    .max(60_000)
    .default(25_000)
    .describe('An mcp call that takes longer counts as slow, in ms (100 to 60000; runbook).'),
  fallbackAggressiveness: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe(
      'a, 0 to 1: a path is left when at least (1-a) of its last 20 calls failed or were slow (runbook 0.7: 6 of 20).',
    ),
  breaker: breakerSchema.prefault({}).describe('The circuit breaker of each path and upstream.'),
  hedging: z.boolean().default(true).describe('Whether a slow emergency operation also starts the second path.'),
  overrideSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(3_600)
    .describe('How long force_fallback holds when no duration is given, in seconds (1 to 86400).'),
});

const healthSchema = z.strictObject({
  idleProbeMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(300_000)
    .describe(
      'Time between probes of a path without traffic, in ms (0: none, to 86400000). On Bedrock each is a call of one token.',
    ),
  probeTickMs: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(15_000)
    .describe('Time between probes of a path that has been left, in ms (100 to 3600000); longer while they fail.'),
  probeTimeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(5_000)
    .describe('Time in which a path must answer a probe, in ms (100 to 60000).'),
});

const limitsSchema = z.strictObject({
  promptBytes: z
    .int()
    .min(1)
    .max(20_971_520)
    .default(1_048_576)
    .describe('Longest prompt or conversation, in bytes of UTF-8 (1 to 20 MiB).'),
  contextBytes: z
    .int()
    .min(0)
    .max(20_971_520)
    .default(65_536)
    .describe('Longest context object, in bytes of JSON (0 to 20 MiB).'),
  backgroundOperations: z
    .int()
    .min(1)
    .max(10_000)
    .default(64)
    .describe('Operations that may run in the background at a time in one process (1 to 10000).'),
  backgroundPerCaller: z
    .int()
    .min(1)
    .max(10_000)
    .default(16)
    .describe('How many of them may be of one caller (1 to 10000).'),
  backgroundKeepSeconds: z
    .int()
    .min(60)
    .max(2_592_000)
    .default(86_400)
    .describe('How long the result of a background operation is kept, in seconds (60 to 2592000).'),
});

const loopbackUrl = (meaning: string) =>
  z
    .url({
      protocol: /^http$/,
      hostname: /^(127\.0\.0\.1|localhost|\[::1\])$/,
      error: 'must be an http URL on loopback',
    })
    .optional()
    .describe(meaning);

const simulatorSchema = z.strictObject({
  bedrockUrl: loopbackUrl('Bedrock simulator that is already running; started by the server when not set.'),
  upstreamUrl: loopbackUrl('Upstream simulator that is already running; started by the server when not set.'),
});

/** The whole configuration: every key with its default, range and meaning. */
export const configSchema = z.strictObject({
  direct: directSchema.prefault({}).describe('The direct path: AWS Bedrock Runtime.'),
  mcp: mcpSchema.prefault({}).describe('The mcp path: tools of upstream MCP servers.'),
  routing: routingSchema.prefault({}).describe('When a path is left, and how long an override holds.'),
  health: healthSchema.prefault({}).describe('Probes of paths that no real call asks.'),
  store: storeSchema.prefault({}).describe('Where state lies that must outlive the process.'),
  audit: auditSchema.prefault({}).describe('The audit log.'),
  personalData: personalDataSchema.prefault({}).describe('Personal data and secrets in what leaves for a model.'),
  consent: consentSchema.prefault({}).describe('Consent of the people whose data an operation is about.'),
  residency: residencySchema.prefault({}).describe('Where operations may be answered.'),
  access: accessSchema.prefault({}).describe('Who may do what.'),
  http: httpSchema.prefault({}).describe('Serving over HTTP.'),
  limits: limitsSchema.prefault({}).describe('What is refused before any call is made.'),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .default('info')
    .describe('Level of the JSON log lines on stderr.'),
  drainMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(5_000)
    .describe('Time that running operations have to end when the server is told to stop, in ms (0 to 60000).'),
  simulate: z
    .boolean()
    .default(false)
    .describe('Answer from the built-in simulator; every answer, health report and metric then says simulated.'),
  simulator: simulatorSchema.prefault({}).describe('Where the simulator is, with simulate.'),
});

const { directBedrockLatencyThreshold, mcpLatencyThreshold, fallbackAggressiveness } = routingSchema.shape;

/** The ranges of the thresholds that an operator may change, without their defaults. */
export const thresholdRanges = {
  directBedrockLatencyThreshold: directBedrockLatencyThreshold.unwrap(),
  mcpLatencyThreshold: mcpLatencyThreshold.unwrap(),
  fallbackAggressiveness: fallbackAggressiveness.unwrap(),
};

export type Config = z.infer<typeof configSchema>;
export type DirectConfig = Config['direct'];
export type McpConfig = Config['mcp'];
export type RoutingConfig = Config['routing'];
export type BreakerConfig = RoutingConfig['breaker'];
export type HealthConfig = Config['health'];
export type LimitsConfig = Config['limits'];
