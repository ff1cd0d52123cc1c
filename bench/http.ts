import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { measure, measureByClient, median, type Peer, type Round } from './http/measure.ts';

/**
 * A tool call over HTTP at this server, with its gates, authentication, and a server for each request, against the smallest
 * server of the SDK: rounds in turn, in one run, and the ratio of the medians. Exit status 1 over the budget.
 */
const budget = 1.3;
const rounds = 5;
const token = 'hrm_bench-token-0123456789abcdefghijklmnopqrstuv';
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'bench-http-'));
const config = join(folder, 'config.json');
writeFileSync(config, JSON.stringify({ http: { port: 0, rateLimit: { requestsPerMinute: 0 } }, logLevel: 'silent' }));

const children: ChildProcess[] = [];

/** Starts a server; the first line in which it names its URL. */
async function started(args: readonly string[], stream: 'stdout' | 'stderr', url: RegExp): Promise<string> {
  const env = { ...process.env, HYBRID_ROUTING_ADMIN_TOKEN: token, HYBRID_ROUTING_STORE_FOLDER: join(folder, 'state') };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  child[stream === 'stdout' ? 'stderr' : 'stdout'].resume();
  for await (const line of createInterface({ input: child[stream] })) {
    const found = url.exec(line)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error(`${args.join(' ')} has ended`);
}

const main = [here('../src/main.js'), 'http', '--config', config];
const peers: Peer[] = [
  { name: 'smallest', url: await started([here('./http/smallest-server.js')], 'stdout', /^(http.*)$/), token: null },
  { name: 'this server', url: await started(main, 'stderr', /"mcp":"([^"]+)"/), token },
];

const loads = [
  { lanes: 1, calls: 500 },
  { lanes: 16, calls: 1_500 },
] as const;
// The client's own work grows with the answer and with the tools that it knows: the budget is for what the server takes.
const ways = [
  { way: 'by a bare POST', by: measure },
  { way: 'by the SDK’s client', by: measureByClient },
] as const;
const results = new Map<string, Round[]>();
for (let round = 0; round <= rounds; round += 1) {
  for (const { way, by } of ways) {
    for (const load of loads) {
      for (const peer of peers) {
        const measured = await by(peer, load);
        const key = `${way} ${peer.name} ${load.lanes}`;
        // The first round warms up.
        if (round > 0) results.set(key, [...(results.get(key) ?? []), measured]);
      }
    }
  }
}
for (const child of children) child.kill();
rmSync(folder, { recursive: true, force: true });

const of = (key: string, pick: (round: Round) => number) => median((results.get(key) ?? []).map(pick));
const rows = ways.map(({ way }) => {
  const p50 = (name: string) => of(`${way} ${name} 1`, (round) => round.p50Ms);
  const rate = (name: string) => of(`${way} ${name} 16`, (round) => round.callsPerSecond);
  const ratios = { p50: p50('this server') / p50('smallest'), rate: rate('smallest') / rate('this server') };
  const lines = peers.map(
    ({ name }) => `  ${name.padEnd(12)} p50 at 1: ${p50(name).toFixed(2)} ms, calls/s at 16: ${rate(name).toFixed(0)}`,
  );
  return { way, ratios, lines };
});
process.stdout.write(`A tool call over HTTP, medians of ${rounds} rounds; the budget is ${budget} x by a bare POST.\n`);
for (const { way, ratios, lines } of rows) {
  const ratio = `  ratio: ${ratios.p50.toFixed(2)} x at 1, ${ratios.rate.toFixed(2)} x at 16`;
  process.stdout.write(`${[way, ...lines, ratio].join('\n')}\n`);
}
const [{ ratios } = { ratios: { p50: Number.NaN, rate: Number.NaN } }] = rows;
if (!(Math.max(ratios.p50, ratios.rate) <= budget)) process.exitCode = 1;
