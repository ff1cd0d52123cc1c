import { messageOf } from '../../src/config/errors.ts';
import { launchSimulator, type SimulatorProcesses } from '../../src/simulator/launch.ts';
import type { RunningServer } from '../e2e/harness/server.ts';
import { directRows } from './direct-rows.ts';
import { simulatorSeed } from './expected-answer.ts';
import { mcpRows } from './mcp-rows.ts';
import type { Outcome, Row } from './row.ts';
import { bothPathsRows } from './stories/both-paths.ts';
import { breakerStories } from './stories/breaker.ts';
import { hedgingStories } from './stories/hedging.ts';
import { upstreamStories } from './stories/upstreams.ts';
import { startIn } from './world.ts';

// Rows that run at a time, each lane with simulators of its own: starting a server is what takes most of a row's time.
const lanes = 4;
const rowTimeoutMs = 40_000;

const allRows = [...directRows, ...mcpRows, ...upstreamStories, ...bothPathsRows, ...breakerStories, ...hedgingStories];

/** Plays the whole table, a line a row in its order. @returns how many rows are red */
export async function playTable({ only }: { only: string | undefined }): Promise<number> {
  const begun = performance.now();
  const rows = allRows.filter(({ path, fault }) => only === undefined || `${path} ${fault}`.includes(only));
  say(heading);
  const waiting = rows.entries();
  const ended: (string | undefined)[] = [];
  let said = 0;
  let red = 0;
  const lane = async () => {
    const simulator = await launchSimulator({ seed: simulatorSeed });
    try {
      for (const [index, row] of waiting) {
        const outcome = await played(row, simulator);
        if (outcome.problems.length > 0) red += 1;
        ended[index] = line(row, outcome);
        for (let next = ended[said]; next !== undefined; next = ended[said]) {
          say(next);
          said += 1;
        }
      }
    } finally {
      await simulator.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, rows.length) }, lane));
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
  say(`\n${rows.length} rows, ${rows.length - red} green, ${red} red, ${seconds} s`);
  return rows.length === 0 ? 1 : red;
}

/** One row with a server of its own; whatever goes wrong in it makes it red, and the next row begins clean. */
async function played(row: Row, simulator: SimulatorProcesses): Promise<Outcome> {
  const servers: RunningServer[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    await Promise.all([simulator.bedrock.control.reset(), simulator.upstream.control.reset()]);
    const start = async (world = {}) => {
      const server = await startIn(simulator, world);
      servers.push(server);
      return server;
    };
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`the row did not end within ${rowTimeoutMs} ms`)), rowTimeoutMs);
    });
    return await Promise.race([row.play({ simulator, start }), late]);
  } catch (thrown) {
    const problems = [messageOf(thrown)];
    return { errorClass: '?', effects: '', happened: 'the row broke off', latencyMs: 0, limitMs: 0, problems };
  } finally {
    clearTimeout(timer);
    await Promise.all(servers.map((server) => server.close()));
  }
}

const columns = (cells: readonly [string, string, string, string, string, string, string]) => {
  const [mark, path, fault, errorClass, effects, happened, time] = cells;
  const left = `${mark.padEnd(4)}${path.padEnd(7)}${fault.padEnd(46)}${errorClass.padEnd(14)}${effects.padEnd(12)}`;
  return `${left}${happened.padEnd(42)}${time.padStart(18)}`;
};

const heading = columns(['', 'path', 'fault', 'class', 'R F B H', 'what happened', 'time of limit, ms']);

function line({ path, fault }: Row, { problems, errorClass, effects, happened, latencyMs, limitMs }: Outcome): string {
  const mark = problems.length === 0 ? 'ok' : 'RED';
  const time = `${Math.round(latencyMs)} of ${limitMs}`;
  return [columns([mark, path, fault, errorClass, effects, happened, time]), ...problems.map(indented)].join('\n');
}

function indented(problem: string): string {
  return `      ${problem}`;
}

function say(text: string): void {
  process.stdout.write(`${text.trimEnd()}\n`);
}
