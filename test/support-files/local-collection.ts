import type { Held, SharedCollection } from '../../src/store/shared-state.ts';

/** A collection of this process alone. */
export function localCollection<Value>(wallClock: () => number): SharedCollection<Value> {
  const listeners = new Set<() => void>();
  const held = new Map<string, Held<Value>>();
  return {
    entries: () => new Map([...held].filter(([, { expiresAt }]) => expiresAt === null || expiresAt > wallClock())),
    async replace(name, value, expiresAt) {
      if (value === null) held.delete(name);
      else held.set(name, { value, expiresAt });
      for (const listener of listeners) listener();
      return 'this_process';
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
