import { loadPhoneNumbers } from '../src/compliance/personal-data/phone-numbers.ts';
import { createScanner } from '../src/compliance/personal-data/scanner.ts';
import { hostileTexts } from './pii/hostile.ts';
import { readLines } from './pii/lines.ts';
import { measureVectors } from './pii/vectors.ts';
const scanner = createScanner({ phoneNumbers: await loadPhoneNumbers() });
const rows = measureVectors(scanner, await readLines('../shared/data/pii/recognizer-vectors.jsonl'));
for (const r of rows) { console.log(r.type, r.positives, r.found, r.negatives, r.falsePositives); for (const m of r.misses) console.log('   ', m); }
if (process.argv.includes('--hostile')) for (const [n, t] of Object.entries(hostileTexts)) { scanner.scan(t.slice(0,50000)); const s = performance.now(); const f = scanner.scan(t); const ms = performance.now() - s; if (ms > 60) console.log(n, ms.toFixed(0), f.length); }
import { makeSamples } from './pii/samples.ts';
import { measureLines } from './pii/measure.ts';
if (process.argv.includes('--gen')) {
  const s = makeSamples(1, 20);
  const misses: string[] = [];
  const m = measureLines(scanner, s.positive, (t) => misses.push(t));
  console.table(m.labels); console.table(m.types);
  for (const x of misses.filter((_, i) => i % 6 === 0).slice(0, 150)) console.log(x.replaceAll('\n', '⏎'));
  console.log('=== negatives');
  const neg: string[] = [];
  const n = measureLines(scanner, s.negative, (t) => neg.push(t));
  console.table(n.types);
  for (const x of neg.filter((_, i) => i % 2 === 0).slice(0, 120)) console.log(x.replaceAll('\n', '⏎'));
}
