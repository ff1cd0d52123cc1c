import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  checkpointText,
  openCheckpoint,
  parseCheckpointText,
  signCheckpoint,
} from '../../../src/compliance/audit/checkpoint.ts';
import { leafHash } from '../../../src/compliance/audit/merkle.ts';
import { trustedKey } from '../../../src/compliance/audit/note-keys.ts';
import { ed25519Signer } from '../../../src/compliance/audit/signed-note.ts';

const signer = ed25519Signer('audit.example', generateKeyPairSync('ed25519').privateKey);
const trusted = [trustedKey('audit.example', signer.publicKey)];
const checkpoint: Checkpoint = {
  origin: 'hybrid-routing-mcp/audit/3f2a',
  size: 12,
  root: leafHash('root'),
  time: 1_767_225_600_000,
  chain: leafHash('last'),
};

describe('checkpoints', () => {
  it('have the text form of C2SP tlog-checkpoint', () => {
    const root = Buffer.from(checkpoint.root, 'hex').toString('base64');
    expect(checkpointText(checkpoint)).toBe(
      `hybrid-routing-mcp/audit/3f2a\n12\n${root}\ntime 1767225600000\nchain ${checkpoint.chain}\n`,
    );
  });

  it('are signed and opened', async () => {
    const bare = { ...checkpoint, time: null, chain: null };
    expect(openCheckpoint(await signCheckpoint(checkpoint, signer), trusted)).toEqual({
      ok: true,
      checkpoint,
      keys: trusted,
    });
    expect(openCheckpoint(await signCheckpoint(bare, signer), trusted)).toMatchObject({ ok: true, checkpoint: bare });
  });

  it('are not opened with any character changed', async () => {
    const note = await signCheckpoint(checkpoint, signer);
    for (let at = 0; at < note.length; at++) {
      const other = note[at] === 'A' ? 'B' : 'A';
      expect(openCheckpoint(note.slice(0, at) + other + note.slice(at + 1), trusted).ok).toBe(false);
      expect(openCheckpoint(note.slice(0, at) + note.slice(at + 1), trusted).ok).toBe(false);
    }
  });

  it('pass over extension lines of later versions', () => {
    expect(parseCheckpointText(`${checkpointText(checkpoint)}kind later\n`)).toEqual(checkpoint);
  });

  it.each([
    ['too few lines', 'origin\n12\n', 'fewer than three lines'],
    ['no origin', checkpointText({ ...checkpoint, origin: '' }), 'an empty one'],
    ['an empty extension line', `${checkpointText(checkpoint)}\n`, 'an empty one'],
    ['a size with a leading zero', checkpointText(checkpoint).replace('12', '012'), 'size'],
    ['a size beyond exact numbers', checkpointText(checkpoint).replace('12', '9007199254740993'), 'size'],
    ['a short root', checkpointText({ ...checkpoint, root: 'abcd' }), 'root'],
    ['a wrong time', checkpointText({ ...checkpoint, time: 1.5 }), 'time'],
    ['a wrong chain hash', checkpointText({ ...checkpoint, chain: 'x' }), 'chain'],
    ['two times', `${checkpointText(checkpoint)}time 1\n`, 'twice'],
  ])('refuse %s', (_, text, reason) => {
    expect(() => parseCheckpointText(text)).toThrow(reason);
  });

  it('refuse to sign what a reader would refuse', async () => {
    await expect(signCheckpoint({ ...checkpoint, size: -1 }, signer)).rejects.toThrow('size');
    await expect(signCheckpoint({ ...checkpoint, origin: 'a\nb' }, signer)).rejects.toThrow('size');
  });
});
