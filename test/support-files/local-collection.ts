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
    async extend(name, value, expiresAt) {
      const known = this.entries().get(name);
      const later = known !== undefined && (known.expiresAt === null || known.expiresAt > expiresAt);
      return later ? null : this.replace(name, value, expiresAt);
    },
    onChange: (listener) => void listeners.add(listener),
  };
}
