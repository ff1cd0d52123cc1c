import { z } from 'zod';
import { isLoopback } from './ip.ts';
import { scopeSchema } from './scopes.ts';

/** Whether what is fetched from a URL cannot be changed on its way: TLS, or this machine itself. */
export function isSecureUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'https:') return true;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return protocol === 'http:' && (host === 'localhost' || isLoopback(host));
}

/** Keys, or their place, that someone on the way could exchange would let him write tokens of his own. */
const keySourceUrl = z
  .url({ protocol: /^https?$/ })
  .refine(isSecureUrl, 'must begin with https:// (http:// only on loopback)');

const grantedScopes = z.array(scopeSchema).min(1);

/** A static bearer token, by its digest. */
export const tokenSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .describe('Name in the audit log and in logs; unique among the tokens.'),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits: run hybrid-routing-mcp token create')
    .describe(
      'SHA-256 of the token, as `hybrid-routing-mcp token create` prints it. The token itself is never stored.',
    ),
  scopes: grantedScopes.describe('What it may do: viewer, operator, security, compliance.'),
  agent: z
    .boolean()
    .optional()
    .describe(
      'Belongs to an agent: it changes things through MCP alone, where they are confirmed, not through /admin. False by default.',
    ),
  expiresAt: z.iso.datetime({ offset: true }).optional().describe('When it ends, ISO 8601. Never by default.'),
});

export type TokenConfig = z.infer<typeof tokenSchema>;

const oauthSchema = z.strictObject({
  issuer: keySourceUrl.describe('Issuer of the access tokens: their `iss`, exactly.'),
  jwksUrl: keySourceUrl
    .optional()
    .describe('Where its public keys are. Default: read from the issuer’s metadata (RFC 8414, OpenID Connect).'),
  audience: z
    .string()
    .min(1)
    .optional()
    .describe('What `aud` must hold. Default: the URL of the MCP endpoint (http.publicUrl and /mcp).'),
  algorithms: z
    .array(z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']))
    .min(1)
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .describe('Signature algorithms taken.'),
  scopePrefix: z
    .string()
    .max(100)
    .default('')
    .describe('What stands before our scopes in the token, such as hybrid-routing:. None by default.'),
  clockToleranceSeconds: z
    .int()
    .min(0)
    .max(300)
    .default(5)
    .describe('Clock difference allowed, in seconds (0 to 300).'),
});

/** Who may do what. */
export const accessSchema = z.strictObject({
  allow: z
    .array(scopeSchema)
    .default(['viewer', 'compliance'])
    .describe('Scopes of a client on stdio: reading and routing by default. `--allow operate,security` adds to them.'),
  tokens: z.array(tokenSchema).default([]).describe('Static bearer tokens for HTTP.'),
  oauth: oauthSchema
    .optional()
    .describe('OAuth 2.1: access tokens (JWT) of this issuer are taken too. None by default.'),
});

export type AccessConfig = z.infer<typeof accessSchema>;
