import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scanEntries } from '../../../src/compliance/reports/audit-scan.ts';
import { readEntry } from '../../../src/compliance/reports/entry.ts';
import { accessBody, now, operationBody } from './bodies.ts';
import { ReportState } from './report-state.ts';

let log: ReportState;
beforeEach(() => {
  log = new ReportState();
});
afterEach(() => log.close());

type Scan = Parameters<typeof scanEntries>[0];

async function scanned(changes: Partial<Scan> = {}): Promise<number[]> {
  const period = { from: now - 1_000, to: now + 1 };
  const signal = new AbortController().signal;
  const found: number[] = [];
  const { store } = log.sources;
  for await (const entries of scanEntries({ store, period, order: 'oldest_first', signal, ...changes }))
    found.push(...entries.map(({ seq }) => seq));
  return found;
}

/** Rows of these ages, in ms before now, in this order. */
async function written(...ages: number[]): Promise<void> {
  for (const age of ages) await log.write('OPERATION', operationBody(), now - age);
}

describe('a scan of the audit log', () => {
  it('finds nothing in an empty log', async () => {
    expect(await scanned()).toEqual([]);
  });

  it('takes the rows of the period, also those that stand out of the order of their times', async () => {
    await written(5_000, 500, 3_000, 1_000, 0, 9_000);
    expect(await scanned()).toEqual([2, 4, 5]);
    expect(await scanned({ order: 'newest_first' })).toEqual([5, 4, 2]);
    expect(await scanned({ order: 'newest_first', before: 5 })).toEqual([4, 2]);
    expect(await scanned({ order: 'newest_first', before: 2 })).toEqual([]);
  });

  it('takes the kinds that are asked for', async () => {
    await written(3, 2);
    await log.write('ACCESS', accessBody(), now);
    expect(await scanned({ kinds: new Set(['ACCESS']) })).toEqual([3]);
  });

  it('goes over page after page, and says how far it is', async () => {
    const { audit } = log.state;
    await Promise.all(Array.from({ length: 4_500 }, () => audit.append('OPERATION', operationBody())));
    const told: string[] = [];
    const onProgress = (rows: number, of: number) => void told.push(`${rows}/${of}`);
    expect(await scanned({ onProgress })).toEqual(Array.from({ length: 4_500 }, (_, index) => index + 1));
    expect(told).toEqual(['2000/4500', '4000/4500', '4500/4500']);
  });

  it('ends when it is told to', async () => {
    await written(1);
    await expect(scanned({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('a row', () => {
  const row = (content: string | null, kind = 'ACCESS') => readEntry({ seq: 1, at: now, kind, content });

  it.each([
    ['without content', row(null), 'pruned'],
    ['that is not JSON', row('{'), 'unreadable'],
    ['of another body', row('{"body":{"operation":1}}'), 'unreadable'],
    ['of a kind that nothing tells of', row('{"body":{}}', 'WRITER_OPENED'), 'other'],
    ['of its kind', row(JSON.stringify({ body: { ...accessBody(), more: 1 } })), 'ACCESS'],
  ])('%s', (_, entry, kind) => {
    expect(entry.kind).toBe(kind);
  });
});
