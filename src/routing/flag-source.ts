import {
  type Client,
  NOOP_PROVIDER,
  OpenFeature,
  type Logger as OpenFeatureLogger,
  type Provider,
} from '@openfeature/server-sdk';

export interface FlagValue {
  value: boolean;
  /** Why it is so, in OpenFeature's words: DEFAULT, STATIC, TARGETING_MATCH ... */
  reason: string | undefined;
}

/** Where the values of flags come from. */
export interface FlagSource {
  /** @throws Error where it cannot be told */
  value(flag: string, byDefault: boolean): Promise<FlagValue>;
  close(): Promise<void>;
}

interface Dependencies {
  provider: Provider;
  /** A name that no other source in this process has: OpenFeature keeps one list of providers for all of it. */
  domain: string;
  /** What the provider and its client tell beside the values. */
  logger: OpenFeatureLogger;
  /** The provider cannot be used, or not yet. */
  onFault: (cause: unknown) => void;
}

/** Time in which a provider must answer, in ms: an emergency waits for it. */
const answerMs = 50;

/** An OpenFeature provider, asked through a client of its own. */
export function flagSource({ provider, domain, logger, onFault }: Dependencies): FlagSource {
  // It may have to connect first; until then its flags are as by default.
  void bound(domain, provider).catch(onFault);
  const client = OpenFeature.getClient(domain).setLogger(logger);
  return {
    value: (flag, byDefault) => inTime(asked(client, flag, byDefault)),
    async close() {
      // Takes it from the list, and closes it.
      await OpenFeature.setProviderAndWait(domain, NOOP_PROVIDER);
    },
  };
}

async function bound(domain: string, provider: Provider): Promise<void> {
  await OpenFeature.setProviderAndWait(domain, provider);
}

async function asked(client: Client, flag: string, byDefault: boolean): Promise<FlagValue> {
  const { value, reason, errorCode, errorMessage } = await client.getBooleanDetails(flag, byDefault);
  if (errorCode) throw new Error(errorMessage || errorCode);
  if (typeof value !== 'boolean') throw new Error(`the provider gave a ${typeof value} for ${flag}`);
  return { value, reason };
}

async function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${answerMs} ms`)), answerMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
