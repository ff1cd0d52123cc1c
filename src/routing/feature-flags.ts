import { StandardResolutionReasons } from '@openfeature/server-sdk';
import { z } from 'zod';
import { messageOf } from '../config/errors.ts';
import type { Config } from '../config/schema.ts';
import type { Held, SharedCollection, StateScope } from '../store/shared-state.ts';
import type { FlagSource } from './flag-source.ts';

export const flagNames = ['hedging', 'active_probes', 'background_operations'] as const;
export const flagNameSchema = z.enum(flagNames);
export type FlagName = (typeof flagNames)[number];

/** What each flag does while it is on, and how it stands where nobody has set it. */
export const flags: Readonly<
  Record<FlagName, { description: string; byDefault: (config: Pick<Config, 'routing'>) => boolean }>
> = {
  hedging: {
    description: 'a slow emergency also starts the second path (default: routing.hedging)',
    byDefault: ({ routing }) => routing.hedging,
  },
  active_probes: {
    description: 'paths without traffic are probed; while off, a path that was left waits for a reset of the breakers',
    byDefault: () => true,
  },
  background_operations: {
    description: 'route_operation takes background: true; while off it is refused, and what runs goes on',
    byDefault: () => true,
  },
};

/** How an operator has set a flag. */
export const flagSettingSchema = z.object({
  enabled: z.boolean(),
  reason: z.string().nullable(),
  /** Milliseconds since 1970. */
  since: z.number(),
});
export type FlagSetting = z.infer<typeof flagSettingSchema>;

/** How a flag stands, and who says so. */
export interface FlagView {
  name: FlagName;
  value: boolean;
  default: boolean;
  /** An operator, until it expires or for good; the provider of the embedder; or the configuration. */
  source: 'operator' | 'provider' | 'default';
  reason: string | null;
  /** Milliseconds since 1970; null where it does not expire. */
  expiresAt: number | null;
}

interface Dependencies {
  settings: SharedCollection<FlagSetting>;
  config: Pick<Config, 'routing'>;
  /** An operator's settings, as a provider gives them. */
  operators: FlagSource;
  /** Asked where no operator has set a flag. */
  provider: FlagSource | null;
  /** Told once, until the flag can be read again. */
  onFault: (flag: FlagName, cause: string) => void;
}

/** The switches that act at once, shared by every process on the state. */
export class FeatureFlags {
  readonly #dependencies: Dependencies;
  readonly #failing = new Set<FlagName>();

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws, and never waits for the store: what cannot be told is as configured. */
  async isOn(name: FlagName): Promise<boolean> {
    return (await this.#evaluated(name)).value;
  }

  /** How an operator has set a flag; null where none has. */
  setting(name: FlagName): Held<FlagSetting> | null {
    return this.#dependencies.settings.entries().get(name) ?? null;
  }

  byDefault(name: FlagName): boolean {
    return flags[name].byDefault(this.#dependencies.config);
  }

  /** In force here at once. @param setting null: as by default @param expiresAt ms since 1970; null: for good */
  set(name: FlagName, setting: FlagSetting | null, expiresAt: number | null): Promise<StateScope> {
    return this.#dependencies.settings.replace(name, setting, setting && expiresAt);
  }

  /** Lets go of the providers. */
  async close(): Promise<void> {
    await Promise.all([this.#dependencies.operators.close(), this.#dependencies.provider?.close()]);
  }

  /** Every flag, as it stands. */
  list(): Promise<FlagView[]> {
    return Promise.all(flagNames.map((name) => this.view(name)));
  }

  /** @param asIfUnset as it would stand if no operator had set it */
  async view(name: FlagName, { asIfUnset = false } = {}): Promise<FlagView> {
    const { value, source } = await this.#evaluated(name, asIfUnset);
    const held = source === 'operator' ? this.setting(name) : null;
    const standing = { reason: held?.value.reason ?? null, expiresAt: held?.expiresAt ?? null };
    return { name, value, default: this.byDefault(name), source, ...standing };
  }

  /** Flags that operators have set away from their default, as health shows them. */
  changed(): Partial<Record<FlagName, boolean>> {
    const set = flagNames.flatMap((name) => {
      const value = this.setting(name)?.value.enabled ?? this.byDefault(name);
      return value === this.byDefault(name) ? [] : [[name, value] as const];
    });
    return Object.fromEntries(set);
  }

  async #evaluated(name: FlagName, asIfUnset = false): Promise<Pick<FlagView, 'value' | 'source'>> {
    const { operators, provider, onFault } = this.#dependencies;
    const byDefault = this.byDefault(name);
    try {
      const set = await operators.value(name, byDefault);
      const isSet = !asIfUnset && set.reason !== StandardResolutionReasons.DEFAULT;
      if (isSet) return { value: set.value, source: 'operator' };
      const given = await provider?.value(name, byDefault);
      this.#failing.delete(name);
      return given ? { value: given.value, source: 'provider' } : { value: byDefault, source: 'default' };
    } catch (thrown) {
      if (!this.#failing.has(name)) onFault(name, messageOf(thrown));
      this.#failing.add(name);
      return { value: byDefault, source: 'default' };
    }
  }
}
