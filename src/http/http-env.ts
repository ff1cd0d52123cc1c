import type { HttpBindings } from '@hono/node-server';
import type { Grant } from '../access/grant.ts';

/** What a request carries through the HTTP app. */
export interface HttpEnv {
  Bindings: HttpBindings;
  Variables: {
    /** The client's address: the peer's, or what a trusted proxy says. */
    address: string;
    /** Whether it is the connection's own other end, and nobody forwards for another. */
    direct: boolean;
    /** What the bearer token allows; null where the route is open and no valid token came. */
    grant: Grant | null;
  };
}
