import { buildDiscoveryUrls } from '@modelcontextprotocol/client';
import { z } from 'zod';
import { isSecureUrl } from '../config/access-schema.ts';

const mostBytes = 1_048_576;

interface Fetching {
  /** For a whole answer, in ms. */
  timeoutMs: number;
  signal?: AbortSignal;
  headers?: Headers;
}

/** Fetches a document of the issuer: follows no redirect, takes no more than 1 MiB, waits no longer than it may. */
export async function fetchDocument(url: string, { timeoutMs, signal, headers }: Fetching): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const response = await fetch(url, {
    redirect: 'manual',
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    ...(headers ? { headers } : {}),
  });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.byteLength;
    if (size > mostBytes) throw new Error(`${url} answers with more than ${mostBytes} bytes`);
    parts.push(part);
  }
  const { status } = response;
  // A status without a body, such as 204, must be given none.
  return new Response(size > 0 ? Buffer.concat(parts) : null, { status });
}

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/**
 * Where an issuer's public keys are, by its own metadata: RFC 8414, then OpenID Connect Discovery.
 * @throws Error where it cannot be fetched, or is not of this issuer
 */
export async function discoverJwksUrl(issuer: string, timeoutMs: number): Promise<string> {
  const missing: string[] = [];
  for (const { url } of buildDiscoveryUrls(issuer)) {
    const response = await fetchDocument(url.href, { timeoutMs, headers: new Headers({ accept: 'application/json' }) });
    if (response.status >= 500) throw new Error(`${url.href} answers ${response.status}`);
    const metadata = response.ok ? metadataSchema.safeParse(await response.json()) : null;
    if (!metadata?.success) {
      missing.push(`${url.href} (${metadata ? 'no issuer or jwks_uri' : response.status})`);
      continue;
    }
    const { issuer: named, jwks_uri: jwksUrl } = metadata.data;
    // RFC 8414, section 3.3: anything else would let one server speak for another.
    if (named !== issuer) throw new Error(`${url.href} is the metadata of another issuer, ${named}`);
    if (!isSecureUrl(jwksUrl)) throw new Error(`${url.href} names keys that would cross the network in the clear`);
    return jwksUrl;
  }
  throw new Error(`the issuer has no metadata with a jwks_uri: ${missing.join(', ')}`);
}
