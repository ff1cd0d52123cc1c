import { parseArgs } from 'node:util';
import { loadPhoneNumbers } from '../src/compliance/personal-data/phone-numbers.ts';
import { createScanner } from '../src/compliance/personal-data/scanner.ts';
import { DataError, readLines } from './pii/lines.ts';
import { measureLines } from './pii/measure.ts';
import { ownReport } from './pii/own-report.ts';
import { dataReport, missReport } from './pii/report.ts';

/**
 * Measures the recognizers of personal data.
 *
 *   npm run bench:pii                              the recognizer vectors, our own sentences, speed, hostile texts
 *   npm run bench:pii -- --data FILE.jsonl         any file of lines {text, spans: [{type, start, end}]}
 *   ... --json                                     the same as JSON
 *   ... --misses 50                                the first misses and wrong findings, with their text
 *
 * Exit status 1 when a goal is missed, 2 when the data cannot be read.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    json: { type: 'boolean', default: false },
    misses: { type: 'string', default: '0' },
  },
});

const scanner = createScanner({ phoneNumbers: await loadPhoneNumbers() });
const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function measureFile(file: string): Promise<void> {
  const misses: string[] = [];
  const measured = measureLines(scanner, await readLines(file), (text) => misses.push(text));
  print(options.json ? JSON.stringify(measured, null, 2) : dataReport(measured));
  const most = Number(options.misses);
  if (most > 0) print(missReport(misses, most));
}

try {
  if (options.data === undefined) {
    const { text, json, met } = await ownReport(scanner);
    print(options.json ? JSON.stringify(json, null, 2) : text);
    if (!met) process.exitCode = 1;
  } else await measureFile(options.data);
} catch (thrown) {
  if (!(thrown instanceof DataError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 2;
}
