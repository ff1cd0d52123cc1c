import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import type { HttpConfig } from '../config/http-schema.ts';
import { canonicalNetwork, isLoopback, NetworkSet, overlap, prefixOf } from '../config/ip.ts';
import type { SharedCollection, SharedValue, StateScope } from '../store/shared-state.ts';

/** Why something is shut, since when and until when, in ms since 1970. */
const closedSchema = z.object({ reason: z.string(), since: z.number(), expiresAt: z.number() });
type Closed = z.infer<typeof closedSchema>;

export const blockedNetworkSchema = closedSchema;
/** That external access is disabled. */
export const externalAccessSchema = closedSchema;

/** A network, or one address, that is not served. */
export interface Block extends Closed {
  network: string;
}

/** Why an address is not served; in words that tell the other side nothing. */
export interface Refusal {
  code: 'address_blocked' | 'external_disabled';
  message: string;
}

interface Dependencies {
  blocks: SharedCollection<Closed>;
  external: SharedValue<Closed>;
  config: Pick<HttpConfig, 'externalNetworks'>;
}

/** Each request looks through them: 10,000 take 0.1 ms. */
const mostBlocks = 10_000;

/** Which addresses are served over HTTP: the block list, and external access, both shared by every process on the state. */
export class Networks {
  /** Set while external access is disabled. */
  readonly external: SharedValue<Closed>;
  readonly #dependencies: Dependencies;
  readonly #inside: NetworkSet;
  #blocked: NetworkSet | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
    this.external = dependencies.external;
    this.#inside = new NetworkSet(dependencies.config.externalNetworks);
    dependencies.blocks.onChange(() => {
      this.#blocked = null;
    });
  }

  /** The block that an address falls under, or null. */
  blocked(address: string): Block | null {
    this.#blocked ??= new NetworkSet(this.#dependencies.blocks.entries().keys());
    if (!this.#blocked.has(address)) return null;
    // The set may still hold what has expired since it was made.
    return this.list().find(({ network }) => overlap(network, address)) ?? null;
  }

  /**
   * Null where an address is served. Loopback always is: whoever is on this machine can lift what was set.
   * @param direct whether it is the connection's own, rather than what a proxy says
   */
  admits(address: string, direct: boolean): Refusal | null {
    if (direct && isLoopback(address)) return null;
    if (this.blocked(address)) return { code: 'address_blocked', message: 'This address is blocked' };
    if (!this.external.current() || this.#inside.has(address)) return null;
    return { code: 'external_disabled', message: 'External access is disabled' };
  }

  /** How one network is blocked, or null. @throws HybridRoutingError what is no network */
  entry(network: string): Block | null {
    const name = networkOf(network);
    return this.list().find((block) => block.network === name) ?? null;
  }

  /** In force here at once. Ask `blockProblem()` first. @throws HybridRoutingError what is no network; a full list */
  async block(network: string, { reason, since, expiresAt }: Closed): Promise<StateScope> {
    return this.#dependencies.blocks.replace(this.#roomFor(network), { reason, since, expiresAt }, expiresAt);
  }

  /** As block(), unless it is blocked already, and for longer: then null. */
  async extendBlock(network: string, { reason, since, expiresAt }: Closed): Promise<StateScope | null> {
    return this.#dependencies.blocks.extend(this.#roomFor(network), { reason, since, expiresAt }, expiresAt);
  }

  #roomFor(network: string): string {
    const { blocks } = this.#dependencies;
    const name = networkOf(network);
    const entries = blocks.entries();
    if (entries.size >= mostBlocks && !entries.has(name)) {
      throw new HybridRoutingError(
        'invalid_input',
        `network: ${mostBlocks} networks are blocked already`,
        'Block a wider network instead, or unblock some.',
      );
    }
    return name;
  }

  /** @throws HybridRoutingError what is no network */
  async unblock(network: string): Promise<StateScope> {
    return this.#dependencies.blocks.replace(networkOf(network), null, null);
  }

  /** What is blocked, the newest first. */
  list(): Block[] {
    const entries = [...this.#dependencies.blocks.entries()];
    return entries.map(([network, { value }]) => ({ network, ...value })).sort((a, b) => b.since - a.since);
  }
}

/** The one spelling of an address or a network. @throws HybridRoutingError what is neither */
export function networkOf(text: string): string {
  const network = canonicalNetwork(text);
  if (network !== null) return network;
  throw new HybridRoutingError(
    'invalid_input',
    `ip: ${JSON.stringify(text.slice(0, 60))} is neither an IP address nor a network`,
    'Give an address such as 192.0.2.1 or a network such as 192.0.2.0/24 or 2001:db8::/32.',
  );
}

interface Standing {
  /** The address of who asks for the block; null where it does not come over the network. */
  caller: string | null;
  /** Proxies through which clients come. */
  trustedProxies: readonly string[];
}

const loopback = ['127.0.0.0/8', '::1'];
// The widest networks that registries hand out; anything wider would be disabling external access by another name.
const widest = { 4: 8, 6: 16 } as const;

/** Why a network must not be blocked: it would shut out the operators themselves, or everybody. Null where it may be. */
export function blockProblem(network: string, { caller, trustedProxies }: Standing): string | null {
  const size = prefixOf(network);
  if (!size) return `${JSON.stringify(network.slice(0, 60))} is neither an IP address nor a network`;
  if (size.prefix < widest[size.family]) {
    return `${network} is wider than /${widest[size.family]}: disable_external shuts every network out`;
  }
  if (loopback.some((each) => overlap(each, network))) return `${network} holds loopback, this machine itself`;
  const proxy = trustedProxies.find((each) => overlap(each, network));
  if (proxy !== undefined) return `${network} holds the trusted proxy ${proxy}, through which clients come`;
  if (caller !== null && overlap(caller, network)) return `${network} holds your own address, ${caller}`;
  return null;
}
