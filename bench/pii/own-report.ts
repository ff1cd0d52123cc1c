import { existsSync } from 'node:fs';
import type { Scanner } from '../../src/compliance/personal-data/scanner.ts';
import { hostileTexts } from './hostile.ts';
import { readLines } from './lines.ts';
import { measureLines } from './measure.ts';
import { ordinaryText } from './ordinary.ts';
import { dataReport, percent, table } from './report.ts';
import { makeSamples } from './samples.ts';
import { measureVectors, type VectorRow } from './vectors.ts';

const vectorFile = '../shared/data/pii/recognizer-vectors.jsonl';
const goals = { found: 0.98, falsePositives: 0.02, charactersPerSecond: 10_000_000, hostileMs: 200 };
const seed = 20_260;
const rounds = 20;

export interface OwnReport {
  readonly text: string;
  readonly json: unknown;
  readonly met: boolean;
}

/** Everything that needs no file of yours: vectors (when they are there), own sentences, speed, hostile texts. */
export async function ownReport(scanner: Scanner): Promise<OwnReport> {
  const vectors = existsSync(vectorFile) ? measureVectors(scanner, await readLines(vectorFile)) : null;
  const samples = makeSamples(seed, rounds);
  const positive = measureLines(scanner, samples.positive);
  const negative = measureLines(scanner, samples.negative);
  const falseFindings = negative.types.reduce((total, { findings }) => total + findings, 0);
  const speed = characterRate(scanner);
  const hostile = Object.entries(hostileTexts).map(([name, text]) => ({
    name,
    ms: bestOf(4, () => scanner.scan(text)),
  }));
  const met =
    (vectors ?? []).every(vectorGoal) &&
    speed >= goals.charactersPerSecond &&
    hostile.every(({ ms }) => ms < goals.hostileMs);
  const text = [
    'Recognizer vectors (only the type of each vector is looked for; confidence at least 0.5)',
    vectors === null ? `not measured: ${vectorFile} is not there` : vectorTable(vectors),
    '',
    `Own sentences, seed ${seed}: with personal data`,
    dataReport(positive),
    '',
    `Own sentences without any: ${falseFindings} findings in ${negative.lines} texts`,
    ...negative.types.map(({ type, findings }) => `  ${type} ${findings}`),
    '',
    `Ordinary text: ${(speed / 1e6).toFixed(1)} Mchar/s (goal ${goals.charactersPerSecond / 1e6})`,
    '',
    `Hostile megabytes, CPU ms (goal below ${goals.hostileMs})`,
    table(hostile.map(({ name, ms }) => [name, ms.toFixed(0), ms < goals.hostileMs ? '' : 'MISSED'])),
    '',
    met ? 'All goals met.' : 'A goal is missed.',
  ].join('\n');
  return { text, met, json: { vectors, positive, negative, charactersPerSecond: speed, hostile, met } };
}

function vectorGoal({ positives, found, negatives, falsePositives }: VectorRow): boolean {
  return found >= goals.found * positives && falsePositives <= goals.falsePositives * negatives;
}

function vectorTable(rows: readonly VectorRow[]): string {
  return table([
    ['type', 'positives', 'found', 'negatives', 'false positives', ''],
    ...rows.map((row) => [
      row.type,
      String(row.positives),
      percent(row.found, row.positives),
      String(row.negatives),
      percent(row.falsePositives, row.negatives),
      vectorGoal(row) ? '' : 'MISSED',
    ]),
  ]);
}

function characterRate(scanner: Scanner): number {
  const text = ordinaryText(4_000_000);
  return (text.length / bestOf(5, () => scanner.scan(text))) * 1_000;
}

/** The least CPU time of `times` runs in ms: what the code costs, without what else the machine does. */
function bestOf(times: number, run: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count < times; count += 1) {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}
