import { z } from 'zod';
import { callControl } from './control-call.ts';
import type { Rule } from './rule-schema.ts';
import { type SimulatorState, stateSchema } from './state-schema.ts';

/** Steers one simulator process through its control port. Every method rejects with SimulatorControlError. */
export class SimulatorControl {
  readonly #url: string;

  /** `controlUrl`: what SIMULATOR_LISTENING said, such as `http://127.0.0.1:40001`. */
  constructor(controlUrl: string) {
    this.#url = controlUrl.replace(/\/+$/, '');
  }

  get url(): string {
    return this.#url;
  }

  /** Puts these rules in place of all others; answers their ids. In force when it resolves. */
  async setRules(rules: readonly Rule[]): Promise<string[]> {
    return (await this.#call('PUT', '/rules', z.object({ ids: z.array(z.string()) }), rules)).ids;
  }

  /** Adds one rule behind the others; answers its id. */
  async addRule(rule: Rule): Promise<string> {
    return (await this.#call('POST', '/rules', z.object({ id: z.string() }), rule)).id;
  }

  async removeRule(id: string): Promise<void> {
    await this.#call('DELETE', `/rules/${encodeURIComponent(id)}`, z.object({ removed: z.int() }));
  }

  /** Removes every rule; counters and the stream of chance stay. */
  async clear(): Promise<void> {
    await this.#call('DELETE', '/rules', z.object({ removed: z.int() }));
  }

  /** Removes rules and counters, and starts the stream of chance again from its seed. */
  async reset(): Promise<void> {
    await this.#call('POST', '/reset', z.object({ reset: z.literal(true) }));
  }

  /** `seed`: an integer, 0 to 4294967295. */
  async setSeed(seed: number): Promise<void> {
    await this.#call('PUT', '/seed', z.object({ seed: z.int() }), { seed });
  }

  async state(): Promise<SimulatorState> {
    return this.#call('GET', '/state', stateSchema);
  }

  #call<S extends z.ZodType>(method: string, path: string, schema: S, body?: unknown): Promise<z.output<S>> {
    return callControl({ url: this.#url, method, path, schema, body });
  }
}
