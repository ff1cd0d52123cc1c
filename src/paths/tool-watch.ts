import type { Tool } from '@modelcontextprotocol/client';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { PathError } from './path-error.ts';
import { toolDigest } from './tool-digest.ts';

/** Digests of tools as they were first seen, kept across restarts. Must not reject. */
export interface KnownTools {
  /** @param wait for a store that does not answer yet; otherwise null stands for that too */
  get(upstream: string, wait: boolean): Promise<string | null>;
  /**
   * Keeps the first digest; another one takes its place only where an operator has reviewed it.
   *
   * @returns the digest that is kept, when the store has answered
   */
  keep(upstream: string, digest: string, reviewed: boolean): Promise<string>;
}

/** @param before digest of the tool as reviewed, or as first seen. @param after digest of what it says now */
export type OnToolChange = (upstream: string, before: string, after: string) => void;

interface Dependencies {
  upstream: UpstreamConfig;
  knownTools: KnownTools;
  onToolChange: OnToolChange;
}

/** Whether the tool of an upstream is still what was reviewed, or else what was first seen. */
export class ToolWatch {
  readonly #dependencies: Dependencies;
  #told: string | undefined;
  #change: { before: string; after: string } | undefined;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** What an operator has to look at, while the tool is not what it was. */
  get finding(): string | null {
    if (!this.#change) return null;
    const { message, remedy } = this.#refused(this.#change);
    return `${message}. ${remedy}`;
  }

  /** @throws PathError where a changed tool is not to be called */
  async check(tool: Tool): Promise<void> {
    const { upstream, knownTools } = this.#dependencies;
    const after = toolDigest(tool);
    const refuses = upstream.onToolChange === 'refuse';
    const known = await knownTools.get(upstream.name, refuses);
    const before = upstream.toolSha256 ?? known ?? after;
    this.#note(before, after);
    if (before === after && known !== after) void this.#keep(after);
    if (this.#change && refuses) throw this.#refused(this.#change);
  }

  /** Not waited for: a store that is away must not keep an upstream from answering. What it knew is then told late. */
  async #keep(digest: string): Promise<void> {
    const { upstream, knownTools } = this.#dependencies;
    const kept = await knownTools.keep(upstream.name, digest, upstream.toolSha256 !== undefined);
    if (kept !== digest) this.#note(kept, digest);
  }

  #note(before: string, after: string): void {
    this.#change = before === after ? undefined : { before, after };
    if (before === after || this.#told === after) return;
    this.#told = after;
    this.#dependencies.onToolChange(this.#dependencies.upstream.name, before, after);
  }

  #refused({ before, after }: { before: string; after: string }): PathError {
    const { name, tool } = this.#dependencies.upstream;
    return new PathError({
      path: 'mcp',
      errorClass: 'configuration',
      kind: 'tool_changed',
      message: `Upstream ${name}: what tool ${tool} says of itself has changed since it was reviewed (SHA-256 ${before.slice(0, 12)}, now ${after.slice(0, 12)})`,
      remedy: `Review its description and schemas; where they are right, set toolSha256 of upstream ${name} to ${after}.`,
    });
  }
}

/** Digests of this process alone. */
export function toolsOfThisProcess(): KnownTools {
  const digests = new Map<string, string>();
  return {
    get: async (upstream) => digests.get(upstream) ?? null,
    async keep(upstream, digest, reviewed) {
      const kept = (reviewed ? undefined : digests.get(upstream)) ?? digest;
      digests.set(upstream, kept);
      return kept;
    },
  };
}
