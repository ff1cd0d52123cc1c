import type { SimulatorProcesses } from '../../src/simulator/launch.ts';
import type { RunningServer } from '../e2e/harness/server.ts';
import type { World } from './world.ts';

/** What a row plays on: a pair of simulator processes without rules, and servers of its own. */
export interface Stage {
  simulator: SimulatorProcesses;
  /** Starts a server between the two; it ends with the row. */
  start(world?: World): Promise<RunningServer>;
}

/** What was seen, for one line of the table. */
export interface Outcome {
  /** Class of the first fault, as the operation reports it; `-` where there was none. */
  errorClass: string;
  /** Retries, fallback, breaker, health, in the letters of the fault matrix. */
  effects: string;
  happened: string;
  latencyMs: number;
  /** The operation's deadline: its SLA, or the caller's. */
  limitMs: number;
  /** What is not as the specification has it; empty in a green row. */
  problems: string[];
}

export interface Row {
  path: string;
  fault: string;
  play(stage: Stage): Promise<Outcome>;
}
