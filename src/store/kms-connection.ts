import type { DecryptCommand, EncryptCommand, GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { HybridRoutingError } from '../config/errors.ts';
import { untilAborted } from '../paths/until-aborted.ts';
import { type KmsCall, kmsError, lateKms } from './kms-errors.ts';

export interface KmsSettings {
  /** Key id, key ARN or alias/NAME. */
  keyId: string;
  /** AWS region. Default: the one of a key ARN, else the SDK's own (AWS_REGION, then the profile). */
  region?: string | undefined;
  /** Another KMS endpoint (VPC endpoint, test). */
  endpoint?: string | undefined;
  /** Most that one call may take, its retry included, in ms. Default 2,000. */
  timeoutMs?: number | undefined;
}

/** The SDK, loaded and set up: one long-lived client for every call with one key. */
export interface KmsConnection {
  keyId: string;
  client: KMSClient;
  EncryptCommand: typeof EncryptCommand;
  DecryptCommand: typeof DecryptCommand;
  GetPublicKeyCommand: typeof GetPublicKeyCommand;
  SignCommand: typeof SignCommand;
  /** Makes a call within the timeout. @throws HybridRoutingError `kms_...`, or the signal's reason where it ends the call. */
  within<Output>(
    operation: string,
    run: (client: KMSClient, signal: AbortSignal) => Promise<Output>,
    signal?: AbortSignal,
  ): Promise<Output>;
}

const defaultTimeoutMs = 2_000;
/** A call and one retry. KMS wraps data keys a few times an hour: more would only hide that it is away. */
const maxAttempts = 2;
/** Most that Encrypt and Sign take, in bytes (KMS API Reference). */
const mostBytes = 4_096;
const keyArn = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):/;

/** Loads the SDK and creates the client, which keeps its connections: a wrapped key is waited for at the start of a process. */
export async function connectKms(settings: KmsSettings): Promise<KmsConnection> {
  const { keyId, endpoint, timeoutMs = defaultTimeoutMs } = settings;
  const [sdk, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-kms'),
    import('@smithy/node-http-handler'),
  ]);
  const region = settings.region ?? keyArn.exec(keyId)?.[1];
  const agent = { keepAlive: true };
  const client = new sdk.KMSClient({
    maxAttempts,
    retryMode: 'standard',
    requestHandler: new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent, socketTimeout: 0, requestTimeout: 0 }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  const { EncryptCommand, DecryptCommand, GetPublicKeyCommand, SignCommand } = sdk;
  return {
    keyId,
    client,
    EncryptCommand,
    DecryptCommand,
    GetPublicKeyCommand,
    SignCommand,
    within: (operation, run, signal) => within({ operation, keyId }, timeoutMs, (own) => run(client, own), signal),
  };
}

/** Ends with the timeout whatever the SDK waits for: credentials, a pause before its retry, connection, body. */
async function within<Output>(
  call: KmsCall,
  timeoutMs: number,
  run: (signal: AbortSignal) => Promise<Output>,
  signal?: AbortSignal,
): Promise<Output> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const late = lateKms(timeoutMs, call);
  const timer = setTimeout(() => controller.abort(late), timeoutMs);
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await untilAborted(run(controller.signal), controller.signal);
  } catch (thrown) {
    throw controller.signal.aborted ? controller.signal.reason : kmsError(thrown, call);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

export function checkSize(what: string, bytes: Uint8Array): void {
  if (bytes.length >= 1 && bytes.length <= mostBytes) return;
  throw new HybridRoutingError(
    'kms_size',
    `KMS takes ${what} of 1 to ${mostBytes} bytes, not ${bytes.length}`,
    'Wrap a data key rather than the data, and sign a checkpoint rather than the log.',
  );
}
