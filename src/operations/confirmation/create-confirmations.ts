import type { KeyRing } from '../../store/key-ring.ts';
import type { Store } from '../../store/store.ts';
import { Approvals } from './approvals.ts';
import { ConfirmationKeys } from './confirmation-keys.ts';
import { Confirmations } from './confirmations.ts';
import { MemoryBook } from './memory-book.ts';
import { StoreBook } from './store-book.ts';

interface Dependencies {
  store: Store;
  keys: KeyRing;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** Confirmation of writes on a state: the agent's side, and the operator's. One of each for a process. */
export function createConfirmations({ store, keys, wallClock }: Dependencies) {
  const books = { shared: new StoreBook({ store, wallClock }), process: new MemoryBook({ wallClock }) };
  return {
    confirmations: new Confirmations({ keys: new ConfirmationKeys({ store, keys }), books, wallClock }),
    approvals: new Approvals({ books, wallClock }),
  };
}
