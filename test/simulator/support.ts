import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';

export const MODEL = 'eu.anthropic.claude-test-v1:0';
export const PROMPT = 'The database of the hospital is down, patient 4711';

/** An unmodified SDK client that gives up quickly and never retries. */
export function bedrockClient(endpoint: string): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    endpoint,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'simulated', secretAccessKey: 'simulated' },
    requestHandler: new NodeHttpHandler({ requestTimeout: 80, throwOnRequestTimeout: true, connectionTimeout: 80 }),
  });
}

export function converseInput(operation = 'emergency') {
  return {
    modelId: MODEL,
    messages: [{ role: 'user' as const, content: [{ text: PROMPT }] }],
    requestMetadata: { operation },
  };
}

/** What a failed call threw; fails the test when the call succeeded. */
export async function thrownBy(call: Promise<unknown>): Promise<Error> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('The call was expected to fail, and succeeded.');
}

/** A field of an error that its type does not tell of. */
export function field(error: unknown, ...path: string[]): unknown {
  let value = error;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, name);
  }
  return value;
}

/** All that a stream gives, once it has ended. */
export async function collect<T>(stream: AsyncIterable<T> | undefined): Promise<T[]> {
  const items: T[] = [];
  if (stream === undefined) return items;
  for await (const item of stream) items.push(item);
  return items;
}
