import { setTimeout as sleep } from 'node:timers/promises';
import { launchSimulator } from '../../../src/simulator/launch.ts';
import { seededRandom } from '../../../src/simulator/random.ts';
import { simulatorSeed } from '../expected-answer.ts';
import { startIn } from '../world.ts';
import { type LoadCounts, startLoad } from './load.ts';
import { FaultPhases, type PhaseCounts } from './phases.ts';
import { type ProcessUse, processUse, settledUse } from './process-use.ts';
import { normal } from './soak-faults.ts';

// What may come on top between the first third and the last: V8 takes its time to give memory back.
const memoryMarginMiB = 20;
const handlesMargin = 8;
/** A shorter run ends while the heap and the connections are still growing to their size: it is not judged by them. */
const judgedSeconds = 60;

type Checked = [holds: boolean, line: string];

/** Random faults on both paths in turn, under load. @returns how many things are red */
export async function soak({ seconds, seed }: { seconds: number; seed: number }): Promise<number> {
  say(
    `soak of ${seconds} s at 20 operations in flight, seed ${seed} (npm run chaos -- --soak ${seconds} --seed ${seed})`,
  );
  const simulator = await launchSimulator({ seed: simulatorSeed });
  // Trials soon after a fault, so that there are many phases; everything else is as users have it.
  const breaker = { openMs: 300, maxOpenMs: 600 };
  const world = {
    transport: 'session',
    routing: { hedging: true, fallbackAggressiveness: 0.7, breaker },
    // Less than what an oversized answer of soak-faults.ts has.
    mcp: { maxAnswerBytes: 50_000 },
    // A small heap is collected often, so that two minutes tell a leak from garbage.
    env: { NODE_OPTIONS: '--max-old-space-size=80' },
  } as const;
  const server = await startIn(simulator, world);
  try {
    await Promise.all([simulator.bedrock.control.setRules([normal]), simulator.upstream.control.setRules([normal])]);
    const stage = { simulator, start: async () => server };
    const random = seededRandom(seed);
    const until = performance.now() + 1_000 * seconds;
    const phases = new FaultPhases({ stage, server, random: seededRandom(seed + 1), until, say });
    const load = startLoad({ server, random, situation: () => phases.situation });
    const samples: ProcessUse[] = [];
    const sampling = setInterval(() => {
      const use = server.pid === null ? null : processUse(server.pid);
      if (use) samples.push(use);
    }, 250);
    await sleep(1_000);
    await phases.run();
    await load.stop();
    clearInterval(sampling);
    return report(load.counts, phases.counts, flatness(samples, seconds));
  } finally {
    await server.close();
    await simulator.close();
  }
}

function report(load: LoadCounts, phases: PhaseCounts, flat: Checked[]): number {
  const { operations, answered, late, wrong, lost, failed, twice, slowestMs, byPath } = load;
  const checks: Checked[] = [
    [answered > 0 && answered === operations, `${answered} of ${operations} operations answered`],
    [late === 0, `${late} late; slowest ${Math.round(slowestMs)} ms at the client`],
    [lost === 0, `${lost} lost`],
    [twice === 0, `${twice} answered twice`],
    [wrong === 0, `${wrong} with another answer than the one to their prompt`],
    [failed === 0, `${failed} failed though a path was up`],
    [
      phases.problems.length === 0,
      `${phases.phases} faults, ${phases.outages} of them outages, which at most ${phases.mostCallsInOutage} operations reached`,
    ],
    ...flat,
  ];
  say(
    `answered by ${Object.entries(byPath)
      .map(([path, count]) => `${path} ${count}`)
      .join(', ')}`,
  );
  for (const [holds, line] of checks) say(`${holds ? 'ok ' : 'RED'} ${line}`);
  for (const problem of [...phases.problems, ...load.problems]) say(`      ${problem}`);
  return checks.filter(([holds]) => !holds).length;
}

/** What the server held in the last third against what it held in the first (after its first tenth). */
function flatness(samples: readonly ProcessUse[], seconds: number): Checked[] {
  if (samples.length < 12) return [[samples.length === 0, 'memory and handles: not measured, /proc is not there']];
  const third = Math.floor(samples.length / 3);
  const first = settledUse(samples.slice(Math.floor(samples.length / 10), third));
  const last = settledUse(samples.slice(-third));
  const judged = seconds >= judgedSeconds;
  const margin = (text: string) => (judged ? `at most ${text} more` : `not judged under ${judgedSeconds} s`);
  const grown = last.residentMiB - first.residentMiB;
  const opened = last.handles - first.handles;
  return [
    [
      !judged || grown <= memoryMarginMiB,
      `memory ${first.residentMiB.toFixed(0)} to ${last.residentMiB.toFixed(0)} MiB, ${margin(`${memoryMarginMiB} MiB`)}`,
    ],
    [
      !judged || opened <= handlesMargin,
      `open handles ${first.handles} to ${last.handles}, ${margin(String(handlesMargin))}`,
    ],
  ];
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}
