import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { UpstreamConfig } from '../../../src/config/upstream-schema.ts';

/** What the suite tells a client besides the URL. */
const contextSchema = z
  .object({
    client_id: z.string(),
    client_secret: z.string(),
    private_key_pem: z.string(),
    signing_algorithm: z.enum(['ES256', 'RS256', 'PS256']),
    toolCalls: z.array(z.object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })),
  })
  .partial();
export type Context = z.infer<typeof contextSchema>;

export function contextOf(text: string | undefined): Context {
  return text === undefined || text === '' ? {} : contextSchema.parse(JSON.parse(text));
}

/** The configuration that an operator would write for the server of a scenario. */
export async function configurationOf(name: string, url: string, context: Context): Promise<Record<string, unknown>> {
  const common = { name: 'suite', url, tool: toolOf(name) };
  if (!name.startsWith('auth/')) return common;
  const { client_id: clientId, client_secret: clientSecret, private_key_pem: pem, signing_algorithm } = context;
  const registered = { clientId, clientSecret, issuer: clientId === undefined ? undefined : await issuerOf(url) };
  if (name === 'auth/client-credentials-basic') {
    return { ...common, oauth: { grant: 'client_credentials', ...registered } };
  }
  if (name === 'auth/client-credentials-jwt') {
    const privateKeyFile = join(await mkdtemp(join(tmpdir(), 'conformance-key-')), 'key.pem');
    await writeFile(privateKeyFile, pem ?? '', { mode: 0o600 });
    const { issuer } = registered;
    const oauth = {
      grant: 'client_credentials',
      clientId,
      issuer,
      privateKeyFile,
      signingAlgorithm: signing_algorithm,
    };
    return { ...common, oauth };
  }
  const person = {
    grant: 'authorization_code',
    clientMetadataUrl: 'https://conformance-test.local/client-metadata.json',
  };
  return { ...common, oauth: name === 'auth/pre-registration' ? { ...person, ...registered } : person };
}

/** An operator who registers a client knows where; the suite does not say, so what its server names stands for that. */
async function issuerOf(url: string): Promise<string | undefined> {
  const { origin, pathname } = new URL(url);
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
  const metadata = z.object({ authorization_servers: z.array(z.string()) }).safeParse(await response.json());
  return metadata.data?.authorization_servers[0];
}

function toolOf(name: string): UpstreamConfig['tool'] {
  if (name.startsWith('auth/')) return 'test-tool';
  const tools: Record<string, string> = {
    tools_call: 'add_numbers',
    'json-schema-2020-12-preservation': 'json_schema_echo',
    'sse-retry': 'test_reconnection',
    'http-standard-headers': 'test_headers',
    'http-custom-headers': 'test_custom_headers',
    'http-invalid-tool-headers': 'valid_tool',
    'sep-2322-client-request-state': 'test_mrtr_no_state',
    'elicitation-sep1034-client-defaults': 'test_client_elicitation_defaults',
  };
  return tools[name] ?? 'any';
}
