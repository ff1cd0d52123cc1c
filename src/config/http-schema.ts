import { z } from 'zod';
import { canonicalNetwork } from './ip.ts';

/** An address, or a network in CIDR notation. */
export const networkSchema = z
  .string()
  .refine(
    (text) => canonicalNetwork(text) !== null,
    'must be an IP address or a network such as 10.0.0.0/8 or 2001:db8::/32',
  );

const milliseconds = (least: number, most: number, byDefault: number) =>
  z.int().min(least).max(most).default(byDefault);

/** Serving over HTTP. */
export const httpSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for every network.'),
  port: z.int().min(0).max(65_535).default(8_080).describe('Port; 0 takes a free one.'),
  publicUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base URL that clients use, where a proxy stands before the server. Default: host and port.'),
  tls: z
    .strictObject({
      certFile: z.string().min(1).describe('Certificate chain, PEM.'),
      keyFile: z.string().min(1).describe('Private key, PEM.'),
    })
    .optional()
    .describe('TLS by file. Without it put a proxy with TLS before every network but loopback.'),
  allowedHosts: z
    .array(z.string().min(1))
    .default([])
    .describe('Host names taken in the Host header besides loopback, host and publicUrl.'),
  allowedOrigins: z
    .array(z.string().min(1))
    .default([])
    .describe('Host names taken in the Origin header besides loopback and publicUrl.'),
  trustedProxies: z
    .array(networkSchema)
    .default([])
    .describe('Addresses or networks of proxies whose X-Forwarded-For is believed. None by default.'),
  externalNetworks: z
    .array(networkSchema)
    .default([])
    .describe('Networks that are served, besides loopback, while external access is disabled.'),
  bodyBytes: z
    .int()
    .min(1_024)
    .max(67_108_864)
    .default(4_194_304)
    .describe('Longest request body, in bytes (1 KiB to 64 MiB).'),
  headerBytes: z.int().min(1_024).max(262_144).default(16_384).describe('Longest headers, in bytes (1 to 256 KiB).'),
  headersTimeoutMs: milliseconds(100, 120_000, 10_000).describe(
    'Time for the headers to arrive, in ms (100 to 120000).',
  ),
  requestTimeoutMs: milliseconds(100, 600_000, 30_000).describe(
    'Time for a whole request to arrive, in ms (100 to 600000).',
  ),
  keepAliveMs: milliseconds(0, 600_000, 65_000).describe(
    'How long an idle connection is kept, in ms (0 to 600000); longer than a load balancer keeps it (60 s on AWS).',
  ),
  maxConnections: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe('Connections at the same time (1 to 1000000).'),
  rateLimit: z
    .strictObject({
      requestsPerMinute: z
        .int()
        .min(0)
        .max(1_000_000)
        .default(1_200)
        .describe('Requests a caller may make in a minute (0: no limit, to 1000000).'),
      failuresPerMinute: z
        .int()
        .min(1)
        .max(10_000)
        .default(20)
        .describe('Requests without a valid token that an address may make in a minute (1 to 10000).'),
    })
    .prefault({})
    .describe('Rate limits, of each process by itself.'),
  sessions: z
    .strictObject({
      max: z
        .int()
        .min(1)
        .max(100_000)
        .default(1_000)
        .describe('Sessions of 2025-era clients, old SSE connections, and subscription streams, each (1 to 100000).'),
      idleMs: milliseconds(1_000, 86_400_000, 1_800_000).describe(
        'When an unused session ends, in ms (1000 to 86400000).',
      ),
    })
    .prefault({})
    .describe('Sessions of 2025-era clients.'),
});

export type HttpConfig = z.infer<typeof httpSchema>;
