import { z } from 'zod';
import { type RawServer, spawnServer } from '../e2e/harness/raw-server.ts';
import { simulatedBedrock, simulatedUpstream } from './simulators.ts';

const answerSchema = z.looseObject({
  operationId: z.string(),
  status: z.string(),
  latencyMs: z.number(),
  notices: z.array(z.string()),
});
type Answer = z.infer<typeof answerSchema>;

/** A built server under load, and what it answered until now. */
export interface LoadedServer extends RawServer {
  answers: Answer[];
  /** Ends the load; resolves when the last answer is there, or the server is gone. */
  rest(): Promise<void>;
}

interface LoadOptions {
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** Operations at the same time. */
  concurrency?: number;
  /** Pause of each of them between two operations, in ms: bounds the rate. */
  pauseMs?: number;
}

/** Two simulators that any number of servers answer from. */
export async function sharedSimulators() {
  const [bedrock, upstream] = await Promise.all([simulatedBedrock(), simulatedUpstream()]);
  return {
    config: { simulate: true, simulator: { bedrockUrl: bedrock.url, upstreamUrl: upstream.url }, logLevel: 'warn' },
    /** From now on Bedrock takes so long for each answer, in ms. */
    slowBedrock: (ms: number) =>
      bedrock.control.setRules([{ fault: { kind: 'latency', distribution: { type: 'fixed', ms } } }]),
    close: async () => {
      await Promise.all([bedrock.close(), upstream.close()]);
    },
  };
}

/** Starts a server, and operations on it, one after the other in each of `concurrency` lanes. */
export function startLoaded({ config = {}, env = {}, concurrency = 8, pauseMs = 0 }: LoadOptions): LoadedServer {
  const server = spawnServer({ config, env });
  const answers: Answer[] = [];
  let running = true;
  void server.ended.then(() => {
    running = false;
  });
  const lane = async () => {
    while (running) {
      const answer = await server.call('route_operation', { operation: 'emergency', prompt: 'are you there?' });
      if (answer === null) return;
      answers.push(answerSchema.parse(answer));
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const lanes = Promise.all(Array.from({ length: concurrency }, lane));
  const rest = async () => {
    running = false;
    await lanes;
  };
  return { ...server, answers, rest };
}

/** What an answer says of its row where that is not on the disk. */
export function auditNotices(answers: readonly Answer[]): string[] {
  return answers.flatMap(({ notices }) => notices).filter((notice) => notice.startsWith('audit trail'));
}

/** Ids of the operations whose answers promise a row that is on the disk. */
export function promised(answers: readonly Answer[]): string[] {
  const kept = answers.filter(({ notices }) => !notices.some((notice) => notice.startsWith('audit trail')));
  return kept.map(({ operationId }) => operationId);
}
