import { setTimeout as sleep } from 'node:timers/promises';
import { otherPath, type PathName } from '../../../src/config/operation-types.ts';
import type { Random } from '../../../src/simulator/random.ts';
import type { RunningServer } from '../../e2e/harness/server.ts';
import { healthOf } from '../health-view.ts';
import type { Stage } from '../row.ts';
import { countersOf, onThePath } from '../traffic.ts';
import { faults, isOutage, normal } from './soak-faults.ts';

/** Longer than any operation runs: what a fault held up has ended before the other path meets one. */
const gapMs = 3_600;
/** Time in which both breakers must be closed again. */
const recoveryMs = 10_000;
/** Operations that an outage may reach: those in flight with their retries, and those that trials let in. */
const mostCallsInOutage = 80;

export interface PhaseCounts {
  phases: number;
  outages: number;
  mostCallsInOutage: number;
  problems: string[];
}

interface Phases {
  stage: Stage;
  server: RunningServer;
  random: Random;
  /** On the clock of performance.now(). */
  until: number;
  say: (line: string) => void;
}

/** Faults on both paths in turn, never on both at once. */
export class FaultPhases {
  readonly counts: PhaseCounts = { phases: 0, outages: 0, mostCallsInOutage: 0, problems: [] };
  situation = 'no fault';
  readonly #options: Phases;

  constructor(options: Phases) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { random, until } = this.#options;
    for (let path: PathName = 'direct'; performance.now() < until; path = otherPath(path)) {
      const ms = 1_500 + random.next() * 2_500;
      await this.#fault(path, Math.min(ms, Math.max(500, until - performance.now())));
      await this.#recovery(path);
    }
  }

  async #fault(path: PathName, ms: number): Promise<void> {
    const { stage, random, say } = this.#options;
    const { counts } = this;
    const fault = faults[path][Math.floor(random.next() * faults[path].length)];
    if (!fault) return;
    const whole = fault.kind === 'connection_refused' || random.next() < 0.6;
    const probability = whole ? 1 : 0.5;
    this.situation = `${path}: ${fault.kind}, ${100 * probability} %`;
    const { control } = onThePath(stage, path);
    const before = await this.#calls(path);
    await control.setRules([normal, { fault, ...(whole ? {} : { probability }) }]);
    await sleep(ms);
    const calls = (await this.#calls(path)) - before;
    await control.setRules([normal]);
    counts.phases += 1;
    say(
      `  ${this.situation.padEnd(40)} ${(ms / 1_000).toFixed(1).padStart(4)} s ${String(calls).padStart(6)} calls there`,
    );
    if (!isOutage(fault, probability)) return;
    counts.outages += 1;
    counts.mostCallsInOutage = Math.max(counts.mostCallsInOutage, calls);
    if (calls > mostCallsInOutage) counts.problems.push(`${calls} operations reached an outage (${this.situation})`);
  }

  async #recovery(path: PathName): Promise<void> {
    const { server } = this.#options;
    const begun = performance.now();
    await sleep(gapMs);
    while ((await healthOf(server, path)).breaker.state !== 'closed') {
      if (performance.now() - begun > recoveryMs) {
        this.counts.problems.push(`${path} is not back ${recoveryMs} ms after its fault (${this.situation})`);
        break;
      }
      await sleep(100);
    }
    this.situation = `after ${this.situation}`;
  }

  /** Users' operations that have reached a path's service. */
  async #calls(path: PathName): Promise<number> {
    const { byOperation } = await countersOf(this.#options.stage, path);
    return Object.entries(byOperation).reduce((sum, [type, count]) => (type === 'probe' ? sum : sum + count), 0);
  }
}
