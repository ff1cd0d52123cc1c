import { operationTypes } from '../../../src/config/operation-types.ts';
import type { Random } from '../../../src/simulator/random.ts';
import type { RunningServer } from '../../e2e/harness/server.ts';
import { ask, problemsOf, type Question } from '../ask.ts';

/** Operations in flight. */
const inFlight = 20;
/** Ends the load by count, should time not do it. */
const mostOperations = 200_000;
const shownProblems = 10;

export interface LoadCounts {
  operations: number;
  answered: number;
  late: number;
  /** Answered with something else than the whole answer to this prompt. */
  wrong: number;
  /** No answer at all came back. */
  lost: number;
  /** Failed, though one path was up all the time. */
  failed: number;
  /** One operation's answer came for another one, or a repeat with the same key was run anew. */
  twice: number;
  slowestMs: number;
  byPath: Record<string, number>;
  problems: string[];
}

interface Load {
  server: RunningServer;
  random: Random;
  /** What is wrong outside for the moment, for the account of a failure. */
  situation: () => string;
}

/** Keeps 20 operations of all types in flight until told to stop; each has a prompt of its own. */
export function startLoad({ server, random, situation }: Load) {
  const counts: LoadCounts = {
    operations: 0,
    answered: 0,
    late: 0,
    wrong: 0,
    lost: 0,
    failed: 0,
    twice: 0,
    slowestMs: 0,
    byPath: {},
    problems: [],
  };
  let stopped = false;
  const seen = new Recent();
  const note = (problem: string) => {
    if (counts.problems.length < shownProblems) counts.problems.push(`${problem} [${situation()}]`);
  };
  const one = async () => {
    counts.operations += 1;
    const question = nextQuestion(random, counts.operations);
    try {
      const asked = await ask(server, question);
      const { result } = asked;
      counts.slowestMs = Math.max(counts.slowestMs, asked.elapsedMs);
      counts.byPath[result.path] = (counts.byPath[result.path] ?? 0) + 1;
      if (!seen.add(result.operationId)) counts.twice += 1;
      if (result.status !== 'answered') {
        counts.failed += 1;
        note(`${question.operation}: ${result.error?.message}`);
        return;
      }
      counts.answered += 1;
      for (const problem of problemsOf(asked, question)) {
        if (problem.startsWith('late')) counts.late += 1;
        else counts.wrong += 1;
        note(`${question.operation}: ${problem}`);
      }
      if (question.idempotencyKey !== undefined) {
        const again = await ask(server, question);
        if (again.result.operationId !== result.operationId) counts.twice += 1;
      }
    } catch (thrown) {
      counts.lost += 1;
      note(`${question.operation}: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    }
  };
  const lane = async () => {
    while (!stopped && counts.operations < mostOperations) await one();
  };
  const ended = Promise.all(Array.from({ length: inFlight }, lane));
  const stop = async () => {
    stopped = true;
    await ended;
  };
  return { counts, stop };
}

/** Deadlines far under the SLAs, so that a hang costs seconds; one in fifty is sent again with the same key. */
function nextQuestion(random: Random, number: number): Question {
  const operation = operationTypes[Math.floor(random.next() * operationTypes.length)] ?? 'emergency';
  const deadlineMs = 3_000 + Math.floor(random.next() * 500);
  const key = number % 50 === 0 ? { idempotencyKey: `soak-${number}` } : {};
  return { operation, prompt: `soak ${number}`, deadlineMs, ...key };
}

/** The last few thousand operation ids: more would be counted as a leak of this process. */
class Recent {
  readonly #ids = new Set<string>();

  /** False where it is there already. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    const [oldest] = this.#ids;
    if (this.#ids.size > 5_000 && oldest !== undefined) this.#ids.delete(oldest);
    return true;
  }
}
