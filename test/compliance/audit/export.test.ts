import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { isCanonicalJson } from '../../../src/compliance/audit/canonical-check.ts';
import { reportText } from '../../../src/compliance/audit/export-report.ts';
import { verifyExportFile } from '../../../src/compliance/audit/export-verify.ts';
import { exportLines } from '../../../src/compliance/audit/export-write.ts';
import { trustedKey } from '../../../src/compliance/audit/note-keys.ts';
import { check, exported, sourceOf } from './sample-export.ts';
import { origin, sampleLog, strangerSigner, trustedKeys } from './sample-log.ts';

// Hundreds of logs are verified in one test.
vi.setConfig({ testTimeout: 60_000 });

const log = await sampleLog(47);
const source = sourceOf(log);
const ranges = fc.tuple(fc.integer({ min: 1, max: 47 }), fc.integer({ min: 1, max: 47 })).map(([a, b]) => ({
  from: Math.min(a, b),
  to: Math.max(a, b),
}));

describe('an export', () => {
  it('of the whole log verifies', async () => {
    const file = await exported(source, { proofs: [20, 33] });
    expect(await check(file)).toMatchObject({
      exitCode: 0,
      verdict: 'whole',
      manifest: { from: 1, to: 47, treeSize: 47 },
      lines: 1 + 47 + 5 + 4 + 1,
      bytes: Buffer.byteLength(file),
      rows: 47,
      verifiedTo: 47,
      unanchored: 0,
      notes: 5,
      proofs: 4,
      pruned: 0,
      writers: { total: 3, withoutClose: [{ writer: 'gamma' }] },
      keys: { pinned: true },
      firstBreak: null,
      breaks: [],
    });
  });

  it('of any range verifies, with the proofs asked for', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, fc.nat(), async ({ from, to }, pick) => {
        const proofs = [from + (pick % (to - from + 1))];
        const report = await check(await exported(source, { from, to, proofs }));
        expect(report).toMatchObject({ exitCode: 0, rows: to - from + 1, verifiedTo: to, unanchored: 0, breaks: [] });
        expect(report.proofs).toBe(new Set([from, to, ...proofs]).size);
      }),
    );
  });

  it('of any log verifies: many sizes, many intervals of checkpoints', async () => {
    for (const [size, every] of [
      [1, 1],
      [2, 1],
      [8, 8],
      [9, 4],
      [31, 3],
      [64, 64],
      [65, 70],
    ] as const) {
      const other = sourceOf(await sampleLog(size, every));
      for (const from of [1, Math.ceil(size / 2), size])
        expect((await check(await exported(other, { from }))).breaks).toEqual([]);
    }
  });

  it('is canonical JSON in every line, the row as it is stored', async () => {
    const lines = (await exported(source)).trimEnd().split('\n');
    expect(lines.filter((line) => !isCanonicalJson(line))).toEqual([]);
    expect(JSON.parse(lines[1] ?? '').entry).toEqual(JSON.parse(log.rows[0]?.content ?? ''));
  });

  it('has pruned rows, attested by the notes', async () => {
    const rows = log.rows.map((row) => (row.seq <= 40 ? { ...row, content: null } : row));
    const report = await check(await exported(sourceOf({ ...log, rows }), { from: 5, to: 38 }));
    expect(report).toMatchObject({ exitCode: 0, pruned: 34, breaks: [] });
  });

  it('without a head is anchored by its checkpoints; without any it proves nothing', async () => {
    const headless = await check(await exported(sourceOf({ ...log, head: null })));
    expect(headless).toMatchObject({ exitCode: 0, unanchored: 7, notes: 4, proofs: 1 });
    const unsigned = await check(await exported(sourceOf({ ...log, checkpoints: [], head: null })));
    expect(unsigned).toMatchObject({ exitCode: 1, firstBreak: { kind: 'not_signed' } });
  });

  it('is refused for rows that are not there', async () => {
    await expect(exported(source, { from: 0 })).rejects.toThrow('there are no rows 0 to 47: the log has 47 rows');
    await expect(exported(source, { to: 48 })).rejects.toThrow('1 to 48');
    await expect(exported(source, { from: 9, to: 8 })).rejects.toThrow('9 to 8');
    await expect(exported(sourceOf({ rows: [], checkpoints: [], head: null }))).rejects.toThrow('the log has 0 rows');
    await expect(exported(source, { from: 5, proofs: [4] })).rejects.toThrow('outside rows 5 to 47');
  });

  it('lets its source go when nobody reads on', async () => {
    let isClosed = false;
    const checkpoints = async function* () {
      try {
        yield* log.checkpoints;
      } finally {
        isClosed = true;
      }
    };
    const lines = exportLines({ source: { ...source, checkpoints }, origin, publicKeys: [], createdAt: 0 });
    for (let read = 0; read < 5; read++) await lines.next();
    isClosed = false; // the first pass, for the manifest, is over
    await lines.return();
    expect(isClosed).toBe(true);
  });

  it('stops when it is asked to', async () => {
    await expect(exported(source, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    const file = await exported(source);
    await expect(check(file, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});

describe('the keys of an export', () => {
  it("are the file's own, not pinned, where none is given", async () => {
    const report = await check(await exported(source), {});
    expect(report).toMatchObject({
      exitCode: 0,
      keys: { pinned: false, trusted: [expect.stringMatching(/^audit\.example\+/)] },
    });
    expect(reportText(report)).toContain('NOT PINNED');
  });

  it('must be among those given', async () => {
    const stranger = [trustedKey(strangerSigner.name, strangerSigner.publicKey)];
    const report = await check(await exported(source), { trustedKeys: stranger });
    expect(report).toMatchObject({ exitCode: 1, notes: 0, firstBreak: { line: 12, kind: 'checkpoint_invalid' } });
    expect(await check(await exported(source), { trustedKeys: [...stranger, ...trustedKeys] })).toMatchObject({
      exitCode: 0,
    });
  });
});

describe('an export of a broken log shows the break', () => {
  it.each([
    ['an edited content', { content: log.rows[19]?.content?.replace('emergency', 'audit') ?? '' }, 'row_hash'],
    ['a content that is no JSON', { content: '{' }, 'row_hash'],
    ['an edited column', { kind: 'OTHER' }, 'row_column'],
    ['a damaged hash', { leaf: 'zz' }, 'row_hash'],
  ])('%s', async (_, change, kind) => {
    const rows = log.rows.map((row) => (row.seq === 20 ? { ...row, ...change } : row));
    expect(await check(await exported(sourceOf({ ...log, rows })))).toMatchObject({
      exitCode: 1,
      verifiedTo: 19,
      firstBreak: { seq: 20, kind },
    });
  });

  it('a damaged checkpoint or head', async () => {
    const checkpoints = log.checkpoints.with(1, 'no note');
    expect(await check(await exported(sourceOf({ ...log, checkpoints })))).toMatchObject({
      exitCode: 1,
      firstBreak: { kind: 'checkpoint_invalid' },
    });
    expect(await check(await exported(sourceOf({ ...log, head: 'no note' })))).toMatchObject({
      exitCode: 1,
      firstBreak: { kind: 'head_invalid' },
    });
  });

  it('a removed tail', async () => {
    const rows = log.rows.slice(0, 44);
    expect((await check(await exported(sourceOf({ ...log, rows })))).exitCode).toBe(1);
    expect((await check(await exported(sourceOf({ ...log, rows: log.rows.slice(0, 35) }), { to: 30 }))).exitCode).toBe(
      1,
    );
  });
});

describe('verifyExportFile', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audit-export-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function saved(text: string | Uint8Array): Promise<string> {
    const path = join(folder, 'export.jsonl');
    await writeFile(path, text);
    return path;
  }

  it('reads a file, and tells its progress', async () => {
    const told: number[] = [];
    const file = await exported(source);
    const report = await verifyExportFile(await saved(file), {
      trustedKeys,
      onProgress: (_, bytes) => told.push(bytes),
    });
    expect(report).toMatchObject({ exitCode: 0, rows: 47 });
    expect(told.at(-1)).toBe(Buffer.byteLength(file));
  });

  it.each([
    ['nothing', '', 'the file is empty'],
    ['another text', 'hello\n', 'not the manifest of an audit export'],
    ['other JSON', '{"format":"other"}\n', 'not the manifest of an audit export'],
    ['what is not UTF-8', Buffer.from([0xff, 0x0a]), 'line 1 is not UTF-8'],
    [
      'a newer version',
      '{"format":"hybrid-routing-audit-export","version":2}\n',
      'has version 2, this program reads version 1',
    ],
    [
      'a damaged manifest',
      '{"format":"hybrid-routing-audit-export","version":1}\n',
      'the manifest on line 1 is damaged: origin',
    ],
  ])('calls %s unreadable', async (_, text, reason) => {
    const report = await verifyExportFile(await saved(text));
    expect(report).toMatchObject({ exitCode: 2, verdict: 'unreadable', manifest: null });
    expect(report.reason).toContain(reason);
    expect(reportText(report)).toBe(`UNREADABLE: ${report.reason}\n`);
  });

  it('calls a missing file and a folder unreadable', async () => {
    expect(await verifyExportFile(join(folder, 'none'))).toMatchObject({
      exitCode: 2,
      reason: expect.stringContaining('ENOENT'),
    });
    expect(await verifyExportFile(folder)).toMatchObject({ exitCode: 2, reason: expect.stringContaining('EISDIR') });
  });

  it('bounds the length of a line', async () => {
    const file = await exported(source);
    const long = file.replace('"entry":', `"entry":${' '.repeat(9_000)}`);
    expect(await check(long, { trustedKeys, maxLineBytes: 8_192 })).toMatchObject({
      exitCode: 1,
      firstBreak: { line: 2, kind: 'line_invalid', message: 'it is longer than 8192 bytes; nothing after it was read' },
    });
    expect(await check(file, { maxLineBytes: 100 })).toMatchObject({ exitCode: 2 });
  });
});

describe('reportText', () => {
  it('reads as it should', async () => {
    expect(reportText(await check(await exported(source, { from: 11, to: 30 })))).toMatchInlineSnapshot(`
      "WHOLE: rows 11 to 30 of hybrid-routing-mcp/audit/test, exported 2026-01-01T00:00:00.000Z
      verified to row 30, 0 unanchored
      lines 29, rows 20 (pruned 0), signed notes 5, inclusion proofs 2
      writers 3, without a close in these rows 3: beta (last row 29), gamma (last row 30), alpha (last row 28)
      signatures checked with the keys given: audit.example+fd9883a5+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs
      "
    `);
    const broken = (await exported(source)).replace('"latencyMs":831.5', '"latencyMs":831.6');
    expect(reportText(await check(broken, {}))).toMatchInlineSnapshot(`
      "BROKEN: rows 1 to 47 of hybrid-routing-mcp/audit/test, exported 2026-01-01T00:00:00.000Z
      first break: line 22, row 20 (row_hash): row 20: the content does not have the stored hash: one of them was altered
      verified to row 19
      lines 56, rows 47 (pruned 0), signed notes 5, inclusion proofs 0
      writers 3, without a close in these rows 1: gamma (last row 45)
      keys NOT PINNED: signatures were checked with the file's own keys (audit.example+fd9883a5+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs), which proves nothing about who signed; give the public key that you know with --key
      "
    `);
  });
});
