import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type KeyRing, seal, unseal } from '../store/key-ring.ts';
import type { SharedValue } from '../store/shared-state.ts';
import { type Login, type LoginStore, loginSchema } from './upstream-login.ts';

/** A login as the store has it: AES-256-GCM, bound to its upstream. */
export const sealedLoginSchema = z.object({ sealed: z.string() });

interface Dependencies {
  /** The place of an upstream's login, shared by all servers on this state. */
  placeOf: (upstream: string) => SharedValue<z.infer<typeof sealedLoginSchema>>;
  keys: Pick<KeyRing, 'named'>;
  /** Resolves when the state is read, or cannot be for now. */
  ready: () => Promise<void>;
}

const keyName = 'upstream logins';
const keyBytes = 32;

/** Logins of upstreams in the shared state: one login serves every replica, and a token that one renews the others take. */
export class UpstreamLogins {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  of(upstream: string): LoginStore {
    const { placeOf, ready } = this.#dependencies;
    const value = placeOf(upstream);
    const context = `login of upstream ${upstream}`;
    // Asked for with every request: opened again only where it is another one.
    let opened: { sealed: string; login: Login } | null = null;
    return {
      load: async () => {
        await ready();
        const sealed = value.current()?.sealed;
        if (sealed === undefined) return null;
        if (opened?.sealed !== sealed) {
          const text = unseal(await this.#key(), sealed, context).toString();
          opened = { sealed, login: loginSchema.parse(JSON.parse(text)) };
        }
        return opened.login;
      },
      save: async (login) => {
        const sealed = login && seal(await this.#key(), JSON.stringify(login), context);
        await value.replace(sealed === null ? null : { sealed }, null);
      },
      onChange: (listener) => value.onChange(listener),
    };
  }

  #key(): Promise<Buffer> {
    return this.#dependencies.keys.named(keyName, () => randomBytes(keyBytes));
  }
}
