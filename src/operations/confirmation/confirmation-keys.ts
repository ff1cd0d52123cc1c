import { randomBytes } from 'node:crypto';
import { HybridRoutingError } from '../../config/errors.ts';
import type { KeyRing } from '../../store/key-ring.ts';
import type { Store } from '../../store/store.ts';
import type { ConfirmationKey, Holder } from './token.ts';

interface Dependencies {
  store: Pick<Store, 'status'>;
  keys: Pick<KeyRing, 'named'>;
}

const keyBytes = 32;

/** The keys of tokens: one that all processes on the state share, and one of this process for when the store is away. */
export class ConfirmationKeys {
  readonly #dependencies: Dependencies;
  /** What it makes can be checked, and spent, here alone. */
  readonly process: ConfirmationKey = { holder: 'process', bytes: randomBytes(keyBytes) };

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The key for a new token: the shared one, where its use can be written down now. */
  async current(): Promise<ConfirmationKey> {
    if (this.#dependencies.store.status.status === 'away') return this.process;
    return (await this.#shared()) ?? this.process;
  }

  /** @returns null where it cannot be read now */
  async of(holder: Holder): Promise<ConfirmationKey | null> {
    return holder === 'process' ? this.process : this.#shared();
  }

  async #shared(): Promise<ConfirmationKey | null> {
    try {
      const bytes = await this.#dependencies.keys.named('confirmation', () => randomBytes(keyBytes));
      return { holder: 'shared', bytes };
    } catch (thrown) {
      // The store is away, or its keys do not open: health tells of both, and this process can do without.
      if (thrown instanceof HybridRoutingError) return null;
      throw thrown;
    }
  }
}
