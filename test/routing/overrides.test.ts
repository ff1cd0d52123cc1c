import { expect, it } from 'vitest';
import { RouteOverrides } from '../../src/routing/overrides.ts';
import { localValue } from '../../src/store/shared-state.ts';

it('an override holds until the moment of its expiry, and is then gone for good', () => {
  let clock = 1_000;
  const overrides = new RouteOverrides(localValue(() => clock));
  expect(overrides.current()).toBeNull();
  const override = { route: 'mcp', reason: 'r', setAt: 1_000, expiresAt: 2_000 } as const;
  overrides.replace(override);
  clock = 1_999;
  expect(overrides.current()).toEqual(override);
  clock = 2_000;
  expect(overrides.current()).toBeNull();
  clock = 1_500;
  expect(overrides.current()).toBeNull();
});

it('an override takes the place of another, and null lifts it', () => {
  const overrides = new RouteOverrides(localValue(() => 0));
  overrides.replace({ route: 'mcp', reason: 'r', setAt: 0, expiresAt: 9 });
  overrides.replace({ route: 'direct', reason: 'r', setAt: 0, expiresAt: 9 });
  expect(overrides.current()?.route).toBe('direct');
  overrides.replace(null);
  expect(overrides.current()).toBeNull();
});
