import { type Random, seededRandom } from './random.ts';
import { type OpenRecord, Recorder } from './recorder.ts';
import { type Call, type Decision, RuleBook } from './rule-book.ts';

/** What every simulator has: a seeded stream of chance, the rules in force and the books. */
export interface Engine {
  readonly server: 'bedrock' | 'upstream';
  readonly random: Random;
  readonly rules: RuleBook;
  readonly recorder: Recorder;
  /** Decides over a call and enters it in the books, in one step, so that the order of calls is the order of draws. */
  begin(call: Call & { tool?: string | undefined }): { record: OpenRecord; decision: Decision };
  /** Forgets rules and books, and starts the stream of chance again from its seed. */
  reset(): void;
}

/** `seed`: an integer, 0 to 4294967295. `now`: milliseconds since 1970. */
export function createEngine(options: { server: 'bedrock' | 'upstream'; seed: number; now?: () => number }): Engine {
  const random = seededRandom(options.seed);
  const rules = new RuleBook(random);
  const recorder = new Recorder(options.now ?? Date.now);
  return {
    server: options.server,
    random,
    rules,
    recorder,
    begin(call) {
      const decision = rules.decide(call);
      const record = recorder.begin(call);
      if (decision.latencyMs !== null) recorder.countFault('latency');
      if (decision.fault !== null) record.faulted(decision.fault.kind);
      return { record, decision };
    },
    reset() {
      rules.clear();
      recorder.reset();
      random.reseed(random.seed());
    },
  };
}
