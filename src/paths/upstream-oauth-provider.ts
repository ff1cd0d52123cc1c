import { readFile } from 'node:fs/promises';
import {
  ClientCredentialsProvider,
  type OAuthClientProvider,
  PrivateKeyJwtProvider,
} from '@modelcontextprotocol/client';
import type { UpstreamOAuthConfig } from '../config/upstream-schema.ts';
import { PathError } from './path-error.ts';
import type { LoginStore } from './upstream-login.ts';
import { UpstreamLoginProvider } from './upstream-login-provider.ts';

interface Dependencies {
  /** Name of the upstream. */
  name: string;
  config: UpstreamOAuthConfig;
  store: LoginStore;
}

/** The SDK's part in signing in, by the configured grant. @throws PathError where the private key cannot be read */
export async function createOAuthProvider({ name, config, store }: Dependencies): Promise<OAuthClientProvider> {
  if (config.grant === 'authorization_code') return new UpstreamLoginProvider({ config, store });
  const common = {
    clientId: config.clientId ?? '',
    clientName: 'Hybrid Routing MCP',
    ...(config.scope === undefined ? {} : { scope: config.scope }),
    ...(config.issuer === undefined ? {} : { expectedIssuer: config.issuer }),
  };
  if (config.privateKeyFile === undefined) {
    return new ClientCredentialsProvider({ ...common, clientSecret: config.clientSecret ?? '' });
  }
  const privateKey = await readKey(config.privateKeyFile, name);
  return new PrivateKeyJwtProvider({ ...common, privateKey, algorithm: config.signingAlgorithm });
}

async function readKey(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new PathError({
      path: 'mcp',
      errorClass: 'configuration',
      kind: 'private_key',
      message: `Upstream ${name}: oauth.privateKeyFile ${file} cannot be read`,
      remedy: `Name a PKCS #8 PEM file in oauth.privateKeyFile of upstream ${name}.`,
      cause,
    });
  }
}
