import { z } from 'zod';
import { operationTypeSchema } from './operation-types.ts';
import { locationSchema } from './residency-schema.ts';

/** How this server gets a token of its own for an upstream. What a caller authenticates with is never passed on. */
const oauthSchema = z
  .strictObject({
    grant: z
      .enum(['client_credentials', 'authorization_code'])
      .describe(
        'client_credentials: this server signs in by itself. authorization_code: a person signs in, once, with `hybrid-routing-mcp upstream login NAME`.',
      ),
    clientId: z
      .string()
      .min(1)
      .optional()
      .describe('Client id, where the client is registered by hand. Registered by itself otherwise.'),
    clientSecret: z.string().min(1).optional().describe('Secret of the client. ${NAME} takes an environment variable.'),
    privateKeyFile: z
      .string()
      .min(1)
      .optional()
      .describe('PKCS #8 PEM file to sign in with (private_key_jwt) in place of a secret; client_credentials alone.'),
    signingAlgorithm: z
      .enum(['ES256', 'RS256', 'PS256'])
      .default('ES256')
      .describe('Algorithm of the private key. Default: ES256.'),
    clientMetadataUrl: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe('HTTPS URL of a client metadata document, which is then the client id where the server takes one.'),
    scope: z
      .string()
      .min(1)
      .optional()
      .describe('Scopes to ask for, separated by spaces, where the upstream names none.'),
    issuer: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Authorization server that the client is registered with. Needed with a secret, which then goes to no other.',
      ),
    redirectPort: z
      .int()
      .min(1_024)
      .max(65_535)
      .default(8_432)
      .describe('Port on 127.0.0.1 that the browser comes back to during a login (1024 to 65535). Default: 8432.'),
  })
  .superRefine(({ grant, clientId, clientSecret, privateKeyFile, issuer }, context) => {
    const problem = (message: string) => context.addIssue({ code: 'custom', message });
    const secret = clientSecret ?? privateKeyFile;
    if (secret !== undefined && clientId === undefined) problem('a secret needs its clientId');
    // Otherwise the upstream would say whom it is sent to.
    if (secret !== undefined && issuer === undefined) problem('a secret needs its issuer');
    if (grant === 'authorization_code' && privateKeyFile !== undefined) {
      problem('privateKeyFile is for client_credentials alone');
    }
    if (grant !== 'client_credentials') return;
    if (clientId === undefined) problem('client_credentials needs clientId');
    if ((clientSecret === undefined) === (privateKeyFile === undefined)) {
      problem('client_credentials needs exactly one of clientSecret or privateKeyFile');
    }
  });

export type UpstreamOAuthConfig = z.infer<typeof oauthSchema>;

/** One upstream MCP server: a command to start (stdio) or a URL (Streamable HTTP), and how its tool is called. */
export const upstreamSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
      .describe('Name in health, logs and errors; unique among the upstreams.'),
    command: z.string().min(1).optional().describe('Program to start; it speaks MCP over stdio. Either this or url.'),
    args: z.array(z.string()).default([]).describe('Arguments of the command.'),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Environment of the command, added to a safe default (PATH, HOME ...). ${NAME} takes a variable.'),
    cwd: z.string().min(1).optional().describe('Working directory of the command.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Streamable HTTP endpoint. Either this or command.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('HTTP headers sent with every request. ${NAME} takes an environment variable.'),
    oauth: oauthSchema
      .optional()
      .describe(
        'Sign in to the url with OAuth 2.1, with tokens of this server. Not together with an authorization header.',
      ),
    protocol: z
      .enum(['legacy', 'auto', '2026-07-28'])
      .optional()
      .describe(
        'MCP era: legacy (initialize handshake), 2026-07-28, or auto. Default: auto for url, legacy for command.',
      ),
    tool: z.string().min(1).describe('Name of the tool that answers an operation.'),
    toolSha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in 64 lower-case hex digits')
      .optional()
      .describe(
        'Digest of the description, schemas and annotations of the tool that you have reviewed. Default: as first seen.',
      ),
    onToolChange: z
      .enum(['report', 'refuse'])
      .default('report')
      .describe('Where the tool is not as reviewed: report it, or refuse to call it. Default: report.'),
    arguments: z
      .record(z.string(), z.json())
      .default({ prompt: '{{prompt}}', type: '{{type}}' })
      .describe(
        'Arguments of the tool: JSON in which {{prompt}}, {{type}}, {{class}}, {{operationId}}, {{messages}}, {{context}} and {{context.x}} are filled in.',
      ),
    result: z
      .string()
      .regex(/^(text|structuredContent(\.[^.]+)*)$/, 'must be "text" or a path such as structuredContent.answer')
      .default('text')
      .describe('Where the answer is: text (all text blocks, joined) or a path into structuredContent.'),
    location: locationSchema
      .optional()
      .describe('Where it processes data: an AWS region, a country code such as DE, or local for this machine.'),
    operations: z
      .array(operationTypeSchema)
      .min(1)
      .optional()
      .describe('Operation types that this upstream answers. All by default.'),
  })
  .superRefine((upstream, context) => {
    if ((upstream.command === undefined) === (upstream.url === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs exactly one of command or url' });
    }
    if (upstream.oauth === undefined) return;
    if (upstream.url === undefined) context.addIssue({ code: 'custom', message: 'oauth needs a url' });
    if (Object.keys(upstream.headers).some((name) => name.toLowerCase() === 'authorization')) {
      context.addIssue({ code: 'custom', message: 'oauth and an authorization header exclude each other' });
    }
  });

export type UpstreamConfig = z.infer<typeof upstreamSchema>;
