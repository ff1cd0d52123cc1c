import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { sealLine } from '../../../src/compliance/audit/export-format.ts';
import { check, exported, sourceOf } from './sample-export.ts';
import { resealed, sampleLog } from './sample-log.ts';

// Hundreds of logs are verified in one test.
vi.setConfig({ testTimeout: 60_000 });

const log = await sampleLog(29, 7);
const files = [
  await exported(sourceOf(log), { proofs: [5, 16] }),
  await exported(sourceOf(log), { from: 9, to: 17 }),
  await exported(sourceOf({ ...log, rows: log.rows.map((row) => (row.seq <= 14 ? { ...row, content: null } : row)) }), {
    from: 3,
  }),
];
const anyFile = fc.nat(files.length - 1);

function fileAt(at: number): { bytes: Buffer; lines: string[] } {
  const text = files[at] ?? '';
  return { bytes: Buffer.from(text), lines: text.split(/(?<=\n)/) };
}

function lineOf(bytes: Uint8Array, at: number): number {
  return bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
}

describe('tampering with an export', () => {
  it('is found in any bit of any byte, on its line', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, fc.nat(), fc.nat(7), async (file, pick, bit) => {
        const { bytes, lines } = fileAt(file);
        const at = pick % bytes.length;
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        const report = await check(changed);
        const line = lineOf(bytes, at);
        if (report.exitCode === 2) expect(line).toBe(1);
        else {
          expect(report.exitCode).toBe(1);
          // The end of the last line is the end of the file.
          const found = at === bytes.length - 1 ? lines.length : line;
          expect(report.firstBreak?.line).toBe(found);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is found wherever the file is cut', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, fc.nat(), async (file, pick) => {
        const { bytes } = fileAt(file);
        const kept = pick % bytes.length;
        const { exitCode } = await check(bytes.subarray(0, kept));
        expect(exitCode).toBe(kept < bytes.indexOf(0x0a) ? 2 : 1);
      }),
      { numRuns: 500 },
    );
  });

  it('is found when the last newline is gone, or a byte order mark is put in', async () => {
    const [file = ''] = files;
    const lines = file.trimEnd().split('\n');
    const cut = await check(file.trimEnd());
    expect(cut).toMatchObject({ exitCode: 1, firstBreak: { line: lines.length, kind: 'line_invalid' } });
    const marked = await check(file.replace('\n', '\n\ufeff'));
    expect(marked).toMatchObject({ exitCode: 1, firstBreak: { line: 2, kind: 'line_invalid' } });
    expect((await check(`\ufeff${file}`)).exitCode).toBe(2);
  });

  it('is found when any line is removed, at the line that stands there', async () => {
    for (const file of files) {
      const lines = file.split(/(?<=\n)/);
      for (let at = 1; at < lines.length; at++) {
        const { exitCode, firstBreak } = await check(lines.toSpliced(at, 1).join(''));
        expect({ exitCode, line: firstBreak?.line }).toEqual({ exitCode: 1, line: at + 1 });
      }
      expect((await check(lines.slice(1).join(''))).exitCode).toBe(2);
    }
  });

  it('is found when any line stands twice', async () => {
    for (const file of files) {
      const lines = file.split(/(?<=\n)/);
      for (let at = 0; at < lines.length; at++) {
        const { exitCode, firstBreak } = await check(lines.toSpliced(at, 0, lines[at] ?? '').join(''));
        expect({ exitCode, line: firstBreak?.line }).toEqual({ exitCode: 1, line: at + 2 });
      }
    }
  });

  it('is found when any two lines change places, at the first of them', async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, fc.nat(), fc.nat(), async (file, a, b) => {
        const { lines } = fileAt(file);
        const [first, second] = [1 + (a % (lines.length - 1)), 1 + (b % (lines.length - 1))].sort((x, y) => x - y);
        fc.pre(first !== undefined && second !== undefined && first < second);
        const changed = lines.with(first, lines[second] ?? '').with(second, lines[first] ?? '');
        const { exitCode, firstBreak } = await check(changed.join(''));
        expect({ exitCode, line: firstBreak?.line }).toEqual({ exitCode: 1, line: first + 1 });
      }),
      { numRuns: 500 },
    );
  });

  it('is found when lines are added after the trailer', async () => {
    const [file = ''] = files;
    for (const more of ['\n', 'x', '{}\n']) expect((await check(file + more)).exitCode).toBe(1);
  });

  it('is found by the signatures when all hashes and sums are computed anew', async () => {
    const rows = resealed(log.rows, (body, seq) => (seq === 12 ? { edited: true } : body));
    const forged = await exported(sourceOf({ ...log, rows }));
    expect(await check(forged)).toMatchObject({
      exitCode: 1,
      verifiedTo: 7,
      firstBreak: { kind: 'root_mismatch', seq: 14 },
    });
    const range = await exported(sourceOf({ ...log, rows }), { from: 15, to: 20 });
    expect(await check(range)).toMatchObject({ exitCode: 1, firstBreak: { kind: 'root_mismatch' } });
    const inside = await exported(sourceOf({ ...log, rows }), { from: 16, to: 20 });
    expect(await check(inside)).toMatchObject({ exitCode: 1, firstBreak: { kind: 'proof_invalid' } });
  });

  it('is found when a proof is left out or starts elsewhere, and the sums are computed anew', async () => {
    const lines = (await exported(sourceOf(log), { from: 16, to: 20 })).trimEnd().split('\n').slice(0, -1);
    const at = lines.findIndex((line) => line.startsWith('{"checkpoint"'));
    const { checkpoint } = JSON.parse(lines[at] ?? '');
    for (const change of [{ from: 0, consistency: [] }, { consistency: [] }, { from: 19 }, { from: 0 }]) {
      const changed = lines.with(at, sealLine({ checkpoint: { ...checkpoint, ...change } }));
      const { exitCode, firstBreak } = await check(withTrailer(changed));
      expect({ exitCode, kind: firstBreak?.kind, line: firstBreak?.line }).toEqual({
        exitCode: 1,
        kind: 'proof_invalid',
        line: at + 1,
      });
    }
    expect((await check(withTrailer(lines))).exitCode).toBe(0);
  });

  it('is found when the manifest tells of another tree, or an inclusion proof is not one', async () => {
    const lines = (await exported(sourceOf(log))).trimEnd().split('\n').slice(0, -1);
    const { sum: _, ...manifest } = JSON.parse(lines[0] ?? '');
    const other = await check(withTrailer(lines.with(0, sealLine({ ...manifest, treeSize: 28 }))));
    expect(other).toMatchObject({ exitCode: 1, firstBreak: { kind: 'trailer_mismatch' } });
    const { inclusion } = JSON.parse(lines.at(-1) ?? '');
    for (const change of [{ hashes: inclusion.hashes.toReversed() }, { size: 28 }, { seq: 28 }]) {
      const changed = lines.with(-1, sealLine({ inclusion: { ...inclusion, ...change } }));
      expect(await check(withTrailer(changed))).toMatchObject({
        exitCode: 1,
        firstBreak: { kind: 'proof_invalid', line: lines.length },
      });
    }
  });

  it('is found when the trailer has another sum', async () => {
    const [file = ''] = files;
    const lines = file.trimEnd().split('\n');
    const { trailer } = JSON.parse(lines.at(-1) ?? '');
    const other = sealLine({ trailer: { ...trailer, sha256: '0'.repeat(64) } });
    const report = await check(`${lines.with(-1, other).join('\n')}\n`);
    expect(report).toMatchObject({ exitCode: 1, firstBreak: { kind: 'trailer_mismatch', line: lines.length } });
  });

  it('is found when rows are removed from the end, and the sums computed anew', async () => {
    const [file = ''] = files;
    const [first = '', ...lines] = file.trimEnd().split('\n').slice(0, -1);
    const { sum: _, ...manifest } = JSON.parse(first);
    const kept = lines.filter((line) => !line.startsWith('{"entry"') || !line.includes('"seq":29,'));
    const shorter = sealLine({ ...manifest, to: 28, rows: 28 });
    const { exitCode, firstBreak } = await check(withTrailer([shorter, ...kept]));
    expect({ exitCode, kind: firstBreak?.kind }).toEqual({ exitCode: 1, kind: 'line_order' });
  });
});

function withTrailer(lines: readonly string[]): string {
  const body = `${lines.join('\n')}\n`;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const count = (start: string) => lines.filter((line) => line.startsWith(start)).length;
  const trailer = {
    lines: lines.length,
    rows: count('{"entry"'),
    notes: count('{"checkpoint"') + count('{"head"'),
    proofs: count('{"inclusion"'),
    sha256: sha256(body),
  };
  return `${body}${sealLine({ trailer })}\n`;
}
