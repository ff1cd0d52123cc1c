import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { HybridRoutingError } from '../../config/errors.ts';
import type { KeyRing } from '../../store/key-ring.ts';

/** What a client said when it opened its session. */
export const openingSchema = z.object({
  protocolVersion: z.string().max(40),
  capabilities: z.record(z.string(), z.unknown()),
  clientInfo: z.object({ name: z.string(), version: z.string() }),
});
export type Opening = z.infer<typeof openingSchema>;

export interface OpenedSession {
  opening: Opening;
  /** Milliseconds since 1970. */
  openedAt: number;
}

interface Dependencies {
  keys: Pick<KeyRing, 'named'>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

const dayMs = 86_400_000;
/** A client that goes on for longer is asked to open a new session. */
export const longestSessionMs = 7 * dayMs;

const payloadSchema = z.object({ o: openingSchema, t: z.number() });
const form = /^([sp])\.([\w-]{1,4000})\.([\w-]{43})$/;
/** Longest opening that travels with the id: every request carries it in a header. */
const longestOpening = 2_000;
const keyBytes = 32;

/**
 * Session ids that carry what the client opened its session with, sealed: any process on the state that sees one can take the
 * session on, and nothing has to be stored for that. An id is good for the principal alone that opened it, and gives no right:
 * each request brings its own token.
 */
export class SessionIds {
  readonly #dependencies: Dependencies;
  /** For when the shared key cannot be read: the session is then of this process alone. */
  readonly #own = randomBytes(keyBytes);

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  async make(opening: Opening, principal: string): Promise<string> {
    const payload = { o: short(opening), t: this.#dependencies.wallClock(), n: randomBytes(12).toString('base64url') };
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url');
    const shared = await this.#shared();
    return `${shared ? 's' : 'p'}.${text}.${seal(shared ?? this.#own, text, principal)}`;
  }

  /** What a session was opened with; null where the id is none, is another principal's, or too old. */
  async open(id: string, principal: string): Promise<OpenedSession | null> {
    const [, holder, text, sent] = form.exec(id) ?? [];
    if (holder === undefined || text === undefined || sent === undefined) return null;
    const key = holder === 's' ? await this.#shared() : this.#own;
    if (!key || !timingSafeEqual(Buffer.from(sent), Buffer.from(seal(key, text, principal)))) return null;
    const { o: opening, t: openedAt } = payloadSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
    return this.#dependencies.wallClock() - openedAt < longestSessionMs ? { opening, openedAt } : null;
  }

  async #shared(): Promise<Buffer | null> {
    try {
      return await this.#dependencies.keys.named('mcp_session', () => randomBytes(keyBytes));
    } catch (thrown) {
      // The store is away, or its keys do not open: health tells of both, and this process can do without.
      if (thrown instanceof HybridRoutingError) return null;
      throw thrown;
    }
  }
}

/** Capabilities that matter to a server, where the client has told very much of itself. */
const telling = ['elicitation', 'sampling', 'roots'];

function short({ protocolVersion, capabilities, clientInfo: { name, version } }: Opening): Opening {
  const clientInfo = { name: name.slice(0, 100), version: version.slice(0, 50) };
  const opening = { protocolVersion, capabilities, clientInfo };
  if (JSON.stringify(opening).length <= longestOpening) return opening;
  const known = telling.filter((capability) => capabilities[capability] !== undefined);
  return { ...opening, capabilities: Object.fromEntries(known.map((capability) => [capability, {}])) };
}

function seal(key: Uint8Array, text: string, principal: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify(['session', text, principal]))
    .digest('base64url');
}
