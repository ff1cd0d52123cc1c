import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditSpool } from '../../../src/compliance/audit/audit-spool.ts';
import { readSpool } from '../../../src/compliance/audit/audit-spool-file.ts';
import { type PreparedDraft, prepareDraft } from '../../../src/compliance/audit/entry.ts';
import { StoreError } from '../../../src/store/store-error.ts';
import { type Place, placeIn } from '../../support-files/store-engines.ts';
import { type AuditParts, appendRows, auditOn, closeAudit, numbersIn, upTo } from './audit-parts.ts';

let place: Place;
let spoolFolder: string;
const opened: AuditParts[] = [];
beforeEach(() => {
  place = placeIn(undefined);
  spoolFolder = join(place.folder, 'spool');
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(opened.splice(0).map(closeAudit));
  await place.remove();
});

function newLog(): AuditParts {
  const parts = auditOn(place);
  opened.push(parts);
  return parts;
}

function drafts(writer: string, count: number, from = 0): PreparedDraft[] {
  const draft = (at: number) => ({
    writer,
    writerSeq: at + 1,
    at: 1_000 + at,
    kind: 'OPERATION',
    body: { number: at },
  });
  return Array.from({ length: count }, (_, at) => prepareDraft(draft(from + at)));
}

const linesOf = (rows: readonly PreparedDraft[]) => rows.map((draft) => `${JSON.stringify(draft)}\n`).join('');

/** The name that a process with this number would give its file. */
function fileOf(writer: string, owner: { pid?: number; start?: string; space?: string }): string {
  const [, space = '', pid = '', start = ''] = /\.(\w+)\.(\d+)-(\d*)\.spool$/.exec(new AuditSpool('', 'w').file) ?? [];
  mkdirSync(spoolFolder, { recursive: true });
  return join(spoolFolder, `${writer}.${owner.space ?? space}.${owner.pid ?? pid}-${owner.start ?? start}.spool`);
}

/** A process number that is free: its process has ended. */
async function endedPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => child.once('close', resolve));
  return child.pid ?? 0;
}

async function all(file: string): Promise<PreparedDraft[]> {
  const rows: PreparedDraft[] = [];
  for await (const page of readSpool(file, { perPage: 3 })) rows.push(...page.drafts);
  return rows;
}

describe('a spool file', () => {
  it('gives back its rows in order, page by page, and is gone when it is cleared', async () => {
    const spool = new AuditSpool(place.folder, 'w');
    await spool.append(drafts('w', 4));
    await spool.append(drafts('w', 3, 4));
    const first = await spool.next(5);
    expect(first?.drafts).toEqual(drafts('w', 5));
    expect(spool.drained).toBe(false);
    if (first) spool.passed(first);
    await spool.append(drafts('w', 2, 7));
    const second = await spool.next(5);
    expect(second?.drafts).toEqual(drafts('w', 4, 5));
    if (second) spool.passed(second);
    expect([spool.drained, await spool.next(5)]).toEqual([true, null]);
    await spool.clear();
    expect(existsSync(spool.file)).toBe(false);
  });

  it('passes over a line that was cut, and reports one that was damaged', async () => {
    const file = fileOf('w', {});
    const rows = drafts('w', 5);
    const [a = '', b = '', c = '', ...rest] = linesOf(rows).split(/(?<=\n)/);
    writeFileSync(file, `${a}${b}${c.replace('{', '#')}${rest.join('')}${a.slice(0, 40)}`);
    const pages = [];
    for await (const page of readSpool(file)) pages.push(page);
    const expected = rows.filter((_, at) => at !== 2);
    expect(pages).toEqual([{ drafts: expected, damaged: 1, end: expect.any(Number) }]);
  });

  it('goes on after what a full disk has cut, with nothing lost or twice', async () => {
    const spool = new AuditSpool(place.folder, 'w');
    await spool.append(drafts('w', 2));
    // A whole line and a half, as the end of the space left them.
    appendFileSync(spool.file, linesOf(drafts('w', 2, 2)).slice(0, -20));
    const first = await spool.next(10);
    if (first) spool.passed(first);
    await spool.append(drafts('w', 2, 2));
    expect(spool.drained).toBe(false);
    await spool.close();
    const found = await all(spool.file);
    expect(new Set(found.map(({ writerSeq }) => writerSeq))).toEqual(new Set([1, 2, 3, 4]));
  });

  it('is made with the first row, for its owner alone', async () => {
    const spool = new AuditSpool(place.folder, 'w');
    expect([spool.drained, existsSync(spoolFolder)]).toEqual([true, false]);
    await spool.append(drafts('w', 1));
    expect([statSync(spool.file).mode & 0o777, statSync(spoolFolder).mode & 0o777]).toEqual([0o600, 0o700]);
    await spool.close();
  });
});

describe('what an ended process left in its spool', () => {
  it('is brought in by the next one, once, in its order', async () => {
    writeFileSync(fileOf('dead', { pid: await endedPid() }), `${linesOf(drafts('dead', 2_500))}{"writer":"dead","wr`);
    const [one, other] = [newLog(), newLog()];
    await Promise.all([one.writers.look(), other.writers.look()]);
    expect([one.faults, other.faults]).toEqual([[], []]);
    expect(readdirSync(spoolFolder)).toEqual([]);
    expect(await numbersIn(place)).toEqual(upTo(2_500));
    expect((await one.trail.verify()).ok).toBe(true);
  });

  it('is stored once, where a part of it had been stored before', async () => {
    const parts = newLog();
    const file = fileOf('dead', { pid: await endedPid() });
    writeFileSync(file, linesOf(drafts('dead', 30)));
    await parts.writers.look();
    writeFileSync(file, linesOf(drafts('dead', 40, 20)));
    await parts.writers.look();
    expect(await numbersIn(place)).toEqual(upTo(60));
    expect((await parts.trail.verify()).ok).toBe(true);
  });

  it('is known by its start where its number is used again, as in a container that was restarted', async () => {
    writeFileSync(fileOf('before', { pid: process.pid, start: '1' }), linesOf(drafts('before', 2)));
    const sleeper = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      writeFileSync(fileOf('reused', { pid: sleeper.pid ?? 0, start: '1' }), linesOf(drafts('reused', 3)));
      const parts = newLog();
      await parts.writers.look();
      const left = process.platform === 'linux' ? [] : [expect.stringContaining('reused')];
      expect(readdirSync(spoolFolder)).toEqual(left);
      expect(await numbersIn(place)).toHaveLength(process.platform === 'linux' ? 5 : 2);
    } finally {
      sleeper.kill('SIGKILL');
    }
  });

  it('is left alone while the process runs', async () => {
    const sleeper = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    try {
      const file = fileOf('alive', { pid: sleeper.pid ?? 0, start: '' });
      writeFileSync(file, linesOf(drafts('alive', 2)));
      const own = newLog();
      vi.spyOn(own.store, 'transaction').mockRejectedValueOnce(new StoreError('store_unavailable', 'scripted'));
      await appendRows(own, 1);
      const parts = newLog();
      await parts.writers.look();
      expect(readdirSync(spoolFolder)).toContain(basename(file));
    } finally {
      sleeper.kill('SIGKILL');
    }
  });

  it('of another machine is brought in when that has said nothing for long', async () => {
    const file = fileOf('elsewhere', { space: 'abcdef01' });
    writeFileSync(file, linesOf(drafts('elsewhere', 2)));
    const parts = newLog();
    await parts.store.run((db) =>
      db
        .insertInto('writers')
        .values({ id: 'elsewhere', host: 'other', pid: 1, started_at: 0, seen_at: Date.now(), closed_at: null })
        .execute(),
    );
    await parts.writers.look();
    expect(existsSync(file)).toBe(true);
    await place.sql("update writers set seen_at = 0 where id = 'elsewhere'");
    await parts.writers.look();
    expect(await numbersIn(place)).toEqual([0, 1]);
  });

  it('is tried again by the same process after a fault, and does not keep the others waiting', async () => {
    writeFileSync(fileOf('a', { pid: await endedPid() }), linesOf(drafts('a', 2)));
    writeFileSync(fileOf('b', { pid: await endedPid() }), linesOf(drafts('b', 3)));
    const parts = newLog();
    vi.spyOn(parts.store, 'transaction').mockRejectedValueOnce(new StoreError('store_locked', 'scripted'));
    await parts.writers.look();
    expect([parts.faults, (await numbersIn(place)).length]).toEqual([['scripted'], 3]);
    await parts.writers.look();
    expect((await numbersIn(place)).length).toBe(5);
    expect(readdirSync(spoolFolder)).toEqual([]);
  });

  it('is kept where lines of it are damaged', async () => {
    const file = fileOf('dead', { pid: await endedPid() });
    writeFileSync(file, `garbage\n${linesOf(drafts('dead', 2))}`);
    const parts = newLog();
    await parts.writers.look();
    expect(await numbersIn(place)).toEqual([0, 1]);
    expect(parts.faults).toEqual([expect.stringMatching(/^1 lines of a spool file.*\.damaged$/)]);
    const [left = ''] = readdirSync(spoolFolder);
    expect(readFileSync(join(spoolFolder, left), 'utf8')).toContain('garbage');
    await parts.writers.look();
    expect(parts.faults).toHaveLength(1);
  });

  it('waits where the log has no key yet that opens', async () => {
    const file = fileOf('dead', { pid: await endedPid() });
    writeFileSync(file, linesOf(drafts('dead', 2)));
    const first = newLog();
    await first.signer();
    rmSync(join(place.folder, 'master.key'));
    const parts = newLog();
    await parts.writers.look();
    expect(parts.faults).toEqual([expect.stringContaining('has no master.key')]);
    expect(await numbersIn(place)).toEqual([]);
    const [left = ''] = readdirSync(spoolFolder);
    expect(await all(join(spoolFolder, left))).toHaveLength(2);
  });
});
