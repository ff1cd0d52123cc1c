import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeSamples } from '../../../bench/pii/samples.ts';
import { createScanner } from '../../../src/compliance/personal-data/scanner.ts';
import { found, scanner } from './found.ts';

const sentences = (() => {
  const { positive, negative } = makeSamples(3, 2);
  return [...positive, ...negative].map(({ text }) => text);
})();
const fragment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...sentences) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.stringMatching(/^[\d@:.+\-/ A-Fa-f()]{0,60}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\u200b',
      '\ud800',
      '\n',
      '-----BEGIN PRIVATE KEY-----',
      'Herr ',
      'x://a:b@',
      '<EMAIL_1>',
    ),
  },
);
const texts = fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join(' '));

describe('whatever the text', () => {
  it('finds without an error, in order, inside the text, without overlaps and with a confidence from 0 to 1', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let last = 0;
        for (const { start, end, confidence } of scanner.scan(text, { minConfidence: 0 })) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(confidence > 0 && confidence <= 1).toBe(true);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 300 },
    );
  });

  it('finds the same in small windows as in one', () => {
    const whole = createScanner({ windowSize: 1_000_000 });
    const windows = createScanner({ windowSize: 1_024 });
    const long = fc.array(fragment, { minLength: 20, maxLength: 60 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(long, (text) => {
        expect(windows.scan(text)).toEqual(whole.scan(text));
      }),
      { numRuns: 60 },
    );
  });

  it('finds the same when it gives way to the event loop', async () => {
    const windows = createScanner({ windowSize: 1_024 });
    const text = sentences.join('\n');
    expect(await windows.scanAsync(text)).toEqual(windows.scan(text));
    expect(text.length).toBeGreaterThan(10_000);
  });
});

it('finds a value at every place around a window border', () => {
  const windows = createScanner({ windowSize: 1_024 });
  const value = 'max.muster@example.org';
  for (let shift = 0; shift <= value.length + 1; shift += 1) {
    const start = 1_024 - value.length + shift;
    const text = `${'x '.repeat(600).slice(0, start - 1)} ${value}${' y'.repeat(50)}`;
    expect(windows.scan(text)).toMatchObject([{ type: 'EMAIL', start, end: start + value.length }]);
  }
});

it('finds a value behind a window full of invisible characters', () => {
  const windows = createScanner({ windowSize: 1_024 });
  const text = `${'\u200b'.repeat(20_000)} max@example.org ${'\u200b'.repeat(5_000)}`;
  expect(windows.scan(text)).toMatchObject([{ type: 'EMAIL', start: 20_001 }]);
});

it('gives way between windows', async () => {
  const windows = createScanner({ windowSize: 1_024 });
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 0);
  await windows.scanAsync('Frau Quandthoff rief an. '.repeat(20_000));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(1);
});

describe('options', () => {
  it('looks only for the types asked for', () => {
    expect(found('L01X00T44', { types: ['DE_PASSPORT'] })).toEqual(['DE_PASSPORT L01X00T44']);
    expect(found('L01X00T44', { types: ['DE_ID_CARD'] })).toEqual(['DE_ID_CARD L01X00T44']);
  });

  it('leaves out what is below the confidence asked for', () => {
    expect(found('bei 1768234567 und 0301234567')).toEqual(['PHONE 0301234567']);
    expect(found('bei 1768234567 und 0301234567', { minConfidence: 0.9 })).toEqual([]);
  });

  it('reads the name of a field as words in front of the value', () => {
    expect(found('1234567', { context: 'phoneNumber' })).toEqual(['PHONE 1234567']);
    expect(found('hunter2!', { context: 'db_password' })).toEqual(['PASSWORD hunter2!']);
    expect(found('1980-03-12', { context: 'birth-date' })).toEqual(['DATE_OF_BIRTH 1980-03-12']);
    expect(found('1234567', { context: 'retries' })).toEqual([]);
  });

  it('does not look for disabled types', () => {
    const without = createScanner({ disabledTypes: ['EMAIL'] });
    expect(without.scan('a@b.de').map(({ type }) => type)).not.toContain('EMAIL');
  });
});
