import { parseArgs } from 'node:util';
import { soak } from './soak/soak.ts';
import { playTable } from './table.ts';

/**
 * `npm run chaos`: the fault matrix at the wire; `npm run chaos -- --soak 120`: random faults under load, for that many
 * seconds. Exit status 1 where a row is red.
 */
const { values } = parseArgs({
  options: { soak: { type: 'string' }, seed: { type: 'string' }, row: { type: 'string' } },
});

const red =
  values.soak === undefined
    ? await playTable({ only: values.row })
    : await soak({
        seconds: whole('soak', values.soak, { least: 10, most: 3_600 }),
        seed: whole('seed', values.seed ?? String(Date.now() % 1_000_000), { least: 0, most: 4_294_967_295 }),
      });
process.exitCode = red === 0 ? 0 : 1;

function whole(name: string, text: string, { least, most }: { least: number; most: number }): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`--${name} is ${text}, must be a whole number, ${least} to ${most}\n`);
  process.exit(2);
}
