import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Anchor } from '../../../src/compliance/anchors/anchor.ts';
import { fileAnchor } from '../../../src/compliance/anchors/file-anchor.ts';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { thrownBy } from '../../support-files/thrown.ts';

let folder: string;
let anchor: Anchor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchors-'));
  anchor = fileAnchor({ folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { signal } = new AbortController();
/** A checkpoint of five entries. */
const note = (root: string, time = 1) => `example.org/log\n5\n${root}\ntime ${time}\n\n— log c2ln${time}\n`;
const failure = (run: () => unknown) => thrownBy(HybridRoutingError, run);

describe('a folder of checkpoints', () => {
  it('keeps each one in a file of its own, for its owner alone, and nothing else', async () => {
    await anchor.put(1_234, 'note of 1234\n', signal);
    await anchor.put(7, 'note of 7\n', signal);
    expect(readdirSync(folder).sort()).toEqual(['checkpoint-000000000007.note', 'checkpoint-000000001234.note']);
    const file = join(folder, 'checkpoint-000000001234.note');
    expect(readFileSync(file, 'utf8')).toBe('note of 1234\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await anchor.latest(signal)).toEqual({ size: 1_234, note: 'note of 1234\n' });
    expect(await anchor.list(signal)).toEqual([7, 1_234]);
    expect(await anchor.read(7, signal)).toBe('note of 7\n');
    expect(await anchor.read(8, signal)).toBeNull();
  });

  it('has no latest one where it is empty, whatever else is in it', async () => {
    writeFileSync(join(folder, 'checkpoint-12.note'), 'x');
    writeFileSync(join(folder, '.checkpoint-000000000012.note.a1.tmp'), 'x');
    expect(await anchor.latest(signal)).toBeNull();
  });

  it('takes the same checkpoint again, signed later too, and says that the log was forked where it is another', async () => {
    await anchor.put(5, note('root'), signal);
    await anchor.put(5, note('root'), signal);
    await anchor.put(5, note('root', 2), signal);
    expect(await failure(() => anchor.put(5, note('other'), signal))).toMatchObject({
      code: 'anchor_forked',
      message: expect.stringMatching(/forked: file:\/\/.*anchors-.* of 5 entries/),
    });
    expect(await anchor.read(5, signal)).toBe(note('root'));
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('keeps one of many that are put at the same time', async () => {
    const puts = Array.from({ length: 20 }, (_, index) => anchor.put(5, note(`root ${index}`), signal));
    const outcomes = await Promise.allSettled(puts);
    const kept = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [note(`root ${index}`)] : []));
    expect(kept).toEqual([await anchor.read(5, signal)]);
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('keeps them where the file system has no hard links', async () => {
    const link = () => Promise.reject(Object.assign(new Error('no links'), { code: 'EPERM' }));
    const plain = fileAnchor({ folder, link });
    await plain.put(5, note('root'), signal);
    await plain.put(5, note('root', 2), signal);
    expect(await failure(() => plain.put(5, note('other'), signal))).toMatchObject({ code: 'anchor_forked' });
    expect(await plain.latest(signal)).toEqual({ size: 5, note: note('root') });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('is a folder, no file', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await failure(() => fileAnchor({ folder: file }).put(1, 'x', signal))).toMatchObject({
      code: 'anchor_missing',
      remedy: expect.stringContaining('not a file'),
    });
  });

  it('is never created, so that an unmounted disk is noticed', async () => {
    rmSync(folder, { recursive: true });
    const missing = { code: 'anchor_missing', remedy: expect.stringContaining('Mount the disk') };
    expect(await failure(() => anchor.put(1, 'x', signal))).toMatchObject(missing);
    expect(await failure(() => anchor.latest(signal))).toMatchObject(missing);
    expect(await failure(() => anchor.read(1, signal))).toMatchObject(missing);
  });

  it('does not read what is too long to be a checkpoint', async () => {
    writeFileSync(join(folder, 'checkpoint-000000000001.note'), 'x'.repeat(65_537));
    expect(await failure(() => anchor.latest(signal))).toMatchObject({ code: 'anchor_unreadable' });
  });

  it.each([-1, 0.5, 1e12])('takes no checkpoint of %d entries', async (size) => {
    await expect(anchor.put(size, 'x', signal)).rejects.toThrow(RangeError);
  });

  it('takes no empty note', async () => {
    await expect(anchor.put(1, '', signal)).rejects.toThrow(RangeError);
  });

  it('does nothing for a signal that has aborted', async () => {
    const reason = new Error('too late');
    await expect(anchor.put(1, 'x', AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(readdirSync(folder)).toEqual([]);
  });
});
