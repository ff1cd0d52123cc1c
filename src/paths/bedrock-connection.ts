import type {
  ApplyGuardrailCommand,
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import type { DirectConfig } from '../config/schema.ts';

/** The SDK, loaded and set up: one long-lived client for every call, until the path is restarted. */
export interface BedrockConnection {
  client: BedrockRuntimeClient;
  ConverseCommand: typeof ConverseCommand;
  ConverseStreamCommand: typeof ConverseStreamCommand;
  ApplyGuardrailCommand: typeof ApplyGuardrailCommand;
  region: string;
  /** Where calls go, as the SDK resolves it; null where it cannot. */
  endpoint: string | null;
}

const defaultRegion = 'eu-central-1';

/**
 * Loads the SDK (about 150 ms, so not before it is needed) and creates the client.
 * Retries are the router's (`maxAttempts: 1`). The explicit handler keeps its connections: the SDK's default opens a
 * new TCP, TLS and HTTP/2 connection for every request.
 */
export async function openBedrock(config: DirectConfig, simulate: boolean): Promise<BedrockConnection> {
  const [sdk, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-bedrock-runtime'),
    import('@smithy/node-http-handler'),
  ]);
  const agent = { keepAlive: true, maxSockets: config.concurrency };
  const region = config.region ?? (await sdkRegion(sdk.BedrockRuntimeClient));
  const settings = {
    region,
    maxAttempts: 1,
    cacheMiddleware: true,
    requestHandler: new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent, socketTimeout: 0, requestTimeout: 0 }),
    ...(config.endpoint === undefined ? {} : { endpoint: config.endpoint }),
    // The chain hands this on to the readers of profiles, which otherwise know a file as it was when this process began.
    ignoreCache: true,
    // The simulator takes any signature; real credentials have no business there.
    ...(simulate ? { credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' } } : {}),
  };
  const client = new sdk.BedrockRuntimeClient(settings);
  const endpoint = config.endpoint ?? (await sdkEndpoint(client, region));
  const { ConverseCommand, ConverseStreamCommand, ApplyGuardrailCommand } = sdk;
  const commands = { ConverseCommand, ConverseStreamCommand, ApplyGuardrailCommand };
  return { client, ...commands, region, endpoint: endpoint && new URL(endpoint).origin };
}

/** What the environment or the profile configures, or else the region's endpoint by the SDK's own rules. */
async function sdkEndpoint({ config }: BedrockRuntimeClient, region: string): Promise<string | null> {
  try {
    const configured = await config.serviceConfiguredEndpoint?.();
    if (configured) return configured;
    const [UseFIPS, UseDualStack] = await Promise.all([config.useFipsEndpoint(), config.useDualstackEndpoint()]);
    return config.endpointProvider({ Region: region, UseFIPS, UseDualStack }).url.href;
  } catch {
    return null; // for health alone: the call itself says what is wrong
  }
}

/** The region by the SDK's own chain (AWS_REGION, then the profile), or ours where the chain has none. */
async function sdkRegion(Client: typeof BedrockRuntimeClient): Promise<string> {
  const probe = new Client({});
  try {
    return await probe.config.region();
  } catch {
    // "Region is missing" is the chain's way to say that nothing is configured.
    return defaultRegion;
  } finally {
    probe.destroy();
  }
}
