import { randomUUID } from 'node:crypto';
import type { Provider } from '@openfeature/server-sdk';
import { messageOf } from '../config/errors.ts';
import type { Config } from '../config/schema.ts';
import type { SharedCollection } from '../store/shared-state.ts';
import type { Logger } from '../telemetry/logger.ts';
import { FeatureFlags, type FlagSetting } from './feature-flags.ts';
import { flagSource } from './flag-source.ts';
import { OperatorsFlags } from './operators-flags.ts';

interface Dependencies {
  settings: SharedCollection<FlagSetting>;
  config: Pick<Config, 'routing'>;
  /** Such as flagd, AppConfig or LaunchDarkly: tells the flags that no operator has set. */
  provider?: Provider | undefined;
  logger: Logger;
}

/** The flags, over the state and over a provider of the embedder's. */
export function openFlags({ settings, config, provider, logger }: Dependencies): FeatureFlags {
  const domain = `hybrid-routing-mcp ${randomUUID()}`;
  const component = 'intelligent-router';
  const onFault = (thrown: unknown) =>
    logger.warn({ component, cause: messageOf(thrown) }, 'the provider of feature flags cannot be used');
  // What they say in passing is theirs: of faults we tell ourselves.
  const quiet = () => {};
  const source = (name: string, given: Provider) =>
    flagSource({
      provider: given,
      domain: `${domain} ${name}`,
      logger: { error: quiet, warn: quiet, info: quiet, debug: quiet },
      onFault,
    });
  return new FeatureFlags({
    settings,
    config,
    operators: source('operators', new OperatorsFlags(settings)),
    provider: provider ? source('provider', provider) : null,
    onFault: (flag, cause) =>
      logger.warn({ component, flag, cause }, 'feature flag cannot be read, and is as by default'),
  });
}
