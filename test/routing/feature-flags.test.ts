import { InMemoryProvider, OpenFeature, type Provider, ProviderFatalError } from '@openfeature/server-sdk';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FlagName, type FlagSetting, flagNames } from '../../src/routing/feature-flags.ts';
import { openFlags } from '../../src/routing/open-flags.ts';
import { configWith } from '../support-files/config.ts';
import { localCollection } from '../support-files/local-collection.ts';
import { recordingLogger } from '../support-files/log-lines.ts';

const setting = (enabled: boolean, reason: string | null = null): FlagSetting => ({ enabled, reason, since: 0 });

function opened(provider?: Provider, config: Record<string, unknown> = {}) {
  const settings = localCollection<FlagSetting>(Date.now);
  const log = recordingLogger();
  const flags = openFlags({ settings, config: configWith(config), provider, logger: log.logger });
  return { flags, settings, log };
}
const inMemory = (value: boolean) =>
  new InMemoryProvider({ hedging: { variants: { given: value }, defaultVariant: 'given', disabled: false } });
/** A provider of the embedder's that does what a test says. */
const provider = (answer: () => Promise<boolean>, changes: Partial<Provider> = {}): Provider => ({
  ...inMemory(true),
  metadata: { name: 'test' },
  resolveStringEvaluation: async (_, value) => ({ value }),
  resolveNumberEvaluation: async (_, value) => ({ value }),
  resolveObjectEvaluation: async (_, value) => ({ value }),
  resolveBooleanEvaluation: async () => ({ value: await answer() }),
  ...changes,
});
const warnings = ({ lines }: ReturnType<typeof recordingLogger>) => lines().filter(({ level }) => level === 'warn');

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe('a flag that nobody has set', () => {
  it.each([true, false])('is as the configuration says: routing.hedging %s', async (hedging) => {
    const { flags } = opened(undefined, { 'routing.hedging': hedging });
    expect(await flags.view('hedging')).toEqual({
      name: 'hedging',
      value: hedging,
      default: hedging,
      source: 'default',
      reason: null,
      expiresAt: null,
    });
    expect(await flags.isOn('active_probes')).toBe(true);
    expect(flags.changed()).toEqual({});
  });
});

describe('a flag that an operator has set', () => {
  it('is so until it expires', async () => {
    const { flags } = opened();
    await flags.set('hedging', setting(false, 'cost'), 1_000);
    expect(await flags.view('hedging')).toMatchObject({
      value: false,
      source: 'operator',
      reason: 'cost',
      expiresAt: 1_000,
    });
    expect(flags.changed()).toEqual({ hedging: false });
    vi.setSystemTime(1_000);
    expect(await flags.view('hedging')).toMatchObject({
      value: true,
      source: 'default',
      reason: null,
      expiresAt: null,
    });
    expect(flags.changed()).toEqual({});
  });

  it('is so for good where no end is given, until it is taken back', async () => {
    const { flags } = opened();
    await flags.set('active_probes', setting(false), null);
    vi.setSystemTime(10 * 365 * 86_400_000);
    expect(await flags.isOn('active_probes')).toBe(false);
    await flags.set('active_probes', null, null);
    expect(await flags.isOn('active_probes')).toBe(true);
  });

  it('follows the last setting that has not expired, whatever came before', async () => {
    const event = fc.record({
      flag: fc.constantFrom(...flagNames),
      enabled: fc.option(fc.boolean()),
      seconds: fc.option(fc.integer({ min: 1, max: 100 })),
      pass: fc.integer({ min: 0, max: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 20 }), async (events) => {
        vi.setSystemTime(0);
        const { flags } = opened();
        const model = new Map<FlagName, { enabled: boolean; until: number }>();
        for (const { flag, enabled, seconds, pass } of events) {
          const until = seconds === null ? Number.POSITIVE_INFINITY : Date.now() + seconds * 1_000;
          const expiresAt = seconds === null ? null : until;
          await flags.set(flag, enabled === null ? null : setting(enabled), expiresAt);
          if (enabled === null) model.delete(flag);
          else model.set(flag, { enabled, until });
          vi.setSystemTime(Date.now() + pass * 1_000);
          for (const { name, value, source, default: byDefault } of await flags.list()) {
            const held = model.get(name);
            const holds = held !== undefined && held.until > Date.now();
            expect([name, value, source]).toEqual([
              name,
              holds ? held.enabled : byDefault,
              holds ? 'operator' : 'default',
            ]);
          }
        }
        await flags.close();
      }),
      { numRuns: 50 },
    );
  });

  it('is of its own app alone', async () => {
    const [here, there] = [opened(), opened()];
    await here.flags.set('hedging', setting(false), null);
    expect([await here.flags.isOn('hedging'), await there.flags.isOn('hedging')]).toEqual([false, true]);
    await here.flags.close();
    expect(await there.flags.isOn('hedging')).toBe(true);
    expect(OpenFeature.getProvider().metadata.name).toBe('No-op Provider');
  });
});

describe('a provider of the embedder’s', () => {
  it('tells the flags that no operator has set', async () => {
    const { flags } = opened(inMemory(false));
    await vi.advanceTimersByTimeAsync(0);
    expect(await flags.view('hedging')).toMatchObject({ value: false, default: true, source: 'provider' });
    await flags.set('hedging', setting(true), null);
    expect(await flags.view('hedging')).toMatchObject({ value: true, source: 'operator' });
    expect(await flags.view('hedging', { asIfUnset: true })).toMatchObject({ value: false, source: 'provider' });
  });

  it.each([
    ['fails', provider(async () => Promise.reject(new Error('no licence'))), 'no licence'],
    ['does not know the flag', new InMemoryProvider({}), 'hedging'],
    [
      'gives a word',
      new InMemoryProvider({ hedging: { variants: { on: 'yes' }, defaultVariant: 'on', disabled: false } }),
      'TYPE_MISMATCH',
    ],
    ['gives what is not true or false', provider(async () => JSON.parse('"yes"')), 'a string for hedging'],
  ])('that %s leaves the default, and is logged once', async (_, given, cause) => {
    const { flags, log } = opened(given);
    await vi.advanceTimersByTimeAsync(0);
    for (const _time of [1, 2, 3])
      expect(await flags.view('hedging')).toMatchObject({ value: true, source: 'default' });
    const faults = warnings(log);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ flag: 'hedging', cause: expect.stringContaining(cause) });
  });

  it('is logged again when it fails again', async () => {
    const answers = { fail: true };
    const { flags, log } = opened(
      provider(async () => {
        if (answers.fail) throw new Error('down');
        return false;
      }),
    );
    for (const fail of [true, true, false, true]) {
      answers.fail = fail;
      expect(await flags.isOn('hedging')).toBe(fail);
    }
    expect(warnings(log)).toHaveLength(2);
  });

  it('that hangs is not waited for', async () => {
    const { flags, log } = opened(provider(() => new Promise(() => {})));
    const value = flags.isOn('hedging');
    await vi.advanceTimersByTimeAsync(50);
    expect(await value).toBe(true);
    expect(warnings(log)[0]).toMatchObject({ cause: 'no answer within 50 ms' });
  });

  it('that cannot begin does not stand in an operator’s way', async () => {
    const initialize = async () => Promise.reject(new ProviderFatalError('wrong key'));
    const { flags, log } = opened(provider(async () => false, { initialize }));
    await vi.advanceTimersByTimeAsync(0);
    expect(await flags.isOn('hedging')).toBe(true);
    await flags.set('hedging', setting(false), null);
    expect(await flags.isOn('hedging')).toBe(false);
    expect(warnings(log).map(({ msg }) => msg)).toEqual([
      'the provider of feature flags cannot be used',
      'feature flag cannot be read, and is as by default',
    ]);
  });

  it('is closed with the app', async () => {
    const onClose = vi.fn(async () => {});
    const { flags } = opened(provider(async () => false, { onClose }));
    await flags.close();
    expect(onClose).toHaveBeenCalledTimes(1);
  });
});
