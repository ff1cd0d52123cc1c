import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { SharedValue } from '../store/shared-state.ts';
import type { KnownTools } from './tool-watch.ts';

export const knownToolSchema = z.object({ sha256: z.string() });

interface Dependencies {
  placeOf: (upstream: string) => SharedValue<z.infer<typeof knownToolSchema>>;
  /** Resolves when the state is read, or cannot be for now. */
  ready: () => Promise<void>;
}

/** How long a connection waits for the state, in ms. */
const patienceMs = 1_000;

/** Digests in the shared state: a tool that changes while no server runs, or under another replica, is seen all the same. */
export function sharedKnownTools({ placeOf, ready }: Dependencies): KnownTools {
  return {
    async get(upstream, wait) {
      const patience = wait ? [] : [sleep(patienceMs, undefined, { ref: false })];
      await Promise.race([ready(), ...patience]);
      return placeOf(upstream).current()?.sha256 ?? null;
    },
    async keep(upstream, sha256, reviewed) {
      await ready();
      const place = placeOf(upstream);
      const kept = (reviewed ? undefined : place.current()?.sha256) ?? sha256;
      if (place.current()?.sha256 !== kept) await place.replace({ sha256: kept }, null);
      return kept;
    },
  };
}
