import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConsentSink, importConsents } from '../../../src/compliance/consent/import-consents.ts';
import { ConsentImportError } from '../../../src/compliance/consent/import-error.ts';
import type { ConsentRecord } from '../../../src/compliance/consent/record.ts';
import { thrownBy } from '../../support-files/thrown.ts';

/** Keeps what was committed, the order of the calls, and the largest batch. */
function memorySink(faults: { [call in keyof ConsentSink]?: Error } = {}) {
  const seen = { calls: [] as string[], committed: 0, staged: 0, largest: 0 };
  const call = (name: keyof ConsentSink) => {
    if (seen.calls.at(-1) !== name) seen.calls.push(name);
    const fault = faults[name];
    if (fault) throw fault;
  };
  const sink: ConsentSink = {
    async stage(records: readonly ConsentRecord[]) {
      call('stage');
      seen.staged += records.length;
      seen.largest = Math.max(seen.largest, records.length);
    },
    async commit() {
      call('commit');
      seen.committed = seen.staged;
    },
    async discard() {
      call('discard');
      seen.staged = 0;
    },
  };
  return { sink, seen };
}

const header = 'subject,purpose,legalBasis,noticeVersion,grantedAt\n';
const line = (number: number) => `user-${number},support,consent,v3,2026-05-01T09:30:00Z\n`;

async function* bytesOf(...parts: string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield new TextEncoder().encode(part);
}

const file = (...parts: string[]) => ({ stream: bytesOf(...parts), format: 'csv' as const, recordedAt: 5 });

describe('an import', () => {
  it('stages in batches and commits once', async () => {
    const { sink, seen } = memorySink();
    const lines = Array.from({ length: 2_500 }, (_, number) => line(number)).join('');
    expect(await importConsents({ ...file(header, lines), sink })).toBe(2_500);
    expect(seen).toEqual({ calls: ['stage', 'commit'], committed: 2_500, staged: 2_500, largest: 1_000 });
  });

  it('commits nothing where one line is bad', async () => {
    const { sink, seen } = memorySink();
    const lines = Array.from({ length: 1_500 }, (_, number) => line(number)).join('');
    const run = () => importConsents({ ...file(header, lines, 'bad\n', lines), sink });
    const error = await thrownBy(ConsentImportError, run);
    expect(error.message).toContain('One line of the file cannot be taken: line 1502, line: must have 5 cells');
    expect(seen).toEqual({ calls: ['stage', 'discard'], committed: 0, staged: 0, largest: 1_000 });
  });

  it('commits an empty file as no records', async () => {
    const { sink, seen } = memorySink();
    expect(await importConsents({ ...file(header), sink })).toBe(0);
    expect(seen.calls).toEqual(['commit']);
  });

  it.each(['stage', 'commit'] as const)('discards where %s fails, and passes that fault on', async (call) => {
    const { sink, seen } = memorySink({ [call]: new RangeError('store') });
    await thrownBy(RangeError, () => importConsents({ ...file(header, line(1)), sink }));
    expect(seen.calls.at(-1)).toBe('discard');
    expect(seen.committed).toBe(0);
  });

  it('tells both faults where the discard fails too', async () => {
    const faults = { stage: new RangeError('store'), discard: new TypeError('gone') };
    const { sink } = memorySink(faults);
    const error = await thrownBy(AggregateError, () => importConsents({ ...file(header, line(1)), sink }));
    expect(error.errors).toEqual([faults.stage, faults.discard]);
  });
});

describe('a large file', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'consents-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('of 200,000 lines with one bad near the end is refused as a whole, batch by batch', async () => {
    const path = join(folder, 'consents.csv');
    const handle = await open(path, 'w');
    await handle.write(header);
    for (let from = 0; from < 200_000; from += 10_000) {
      const lines = Array.from({ length: 10_000 }, (_, index) =>
        from + index === 199_998 ? 'bad\n' : line(from + index),
      );
      await handle.write(lines.join(''));
    }
    await handle.close();
    const { sink, seen } = memorySink();
    const run = () => importConsents({ stream: createReadStream(path), format: 'csv', recordedAt: 5, sink });
    const error = await thrownBy(ConsentImportError, run);
    expect(error.problems.map((problem) => problem.line)).toEqual([200_000]);
    expect(seen).toMatchObject({ calls: ['stage', 'discard'], committed: 0, largest: 1_000 });
  }, 30_000);
});
