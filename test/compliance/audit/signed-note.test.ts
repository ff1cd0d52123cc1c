import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatKey,
  parseTrustedKey,
  rawPublicKey,
  type TrustedKey,
  trustedKey,
} from '../../../src/compliance/audit/note-keys.ts';
import { cosign, ed25519Signer, parseNote, signNote, verifyNote } from '../../../src/compliance/audit/signed-note.ts';

// From the documentation of golang.org/x/mod/sumdb/note, which the C2SP specification was made of.
const goKey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const goNote =
  "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

function newSigner(name: string) {
  const signer = ed25519Signer(name, generateKeyPairSync('ed25519').privateKey);
  return { signer, trusted: trustedKey(name, signer.publicKey) };
}

function verdict(note: string, trusted: readonly TrustedKey[]): boolean {
  return verifyNote(parseNote(note), trusted).ok;
}

describe('signed notes', () => {
  it('verify the note of another implementation', () => {
    expect(verdict(goNote, [parseTrustedKey(goKey)])).toBe(true);
    expect(verdict(goNote.replace('answer', 'Answer'), [parseTrustedKey(goKey)])).toBe(false);
  });

  it('are signed and verified, with the key among several', async () => {
    const [ours, other] = [newSigner('audit.example'), newSigner('audit.example')];
    const note = await signNote('first\n\nthird\n', ours.signer);
    expect(note).toMatch(/^first\n\nthird\n\n— audit\.example [A-Za-z0-9+/]{91}=\n$/);
    expect(verifyNote(parseNote(note), [other.trusted, ours.trusted])).toEqual({ ok: true, keys: [ours.trusted] });
  });

  it('are not trusted for the signature of an unknown key', async () => {
    const [ours, other] = [newSigner('audit.example'), newSigner('audit.example')];
    const found = verifyNote(parseNote(await signNote('text\n', other.signer)), [ours.trusted]);
    expect(found).toMatchObject({ ok: false, reason: expect.stringContaining('no trusted key signed it') });
  });

  it('pass over the signatures of witnesses, but not a wrong one of a trusted key', async () => {
    const [ours, witness] = [newSigner('audit.example'), newSigner('witness.example')];
    const note = await signNote('text\n', ours.signer);
    const cosigned = await cosign(note, witness.signer);
    expect([verdict(cosigned, [ours.trusted]), verdict(cosigned, [witness.trusted])]).toEqual([true, true]);
    const wrong = (await signNote('another\n', witness.signer)).split('\n').slice(2).join('\n');
    expect(verdict(note + wrong, [ours.trusted])).toBe(true);
    expect(verdict(note + wrong, [ours.trusted, witness.trusted])).toBe(false);
  });

  it('take a key of one name for no other', async () => {
    const { signer, trusted } = newSigner('audit.example');
    const note = await signNote('text\n', { ...signer, name: 'other.example' });
    expect(verdict(note, [trusted])).toBe(false);
    expect(verdict(note, [trustedKey(null, signer.publicKey)])).toBe(true);
  });

  it('refuse a text or a name that no note can have, and a signer that is none', async () => {
    const { signer } = newSigner('audit.example');
    await expect(signNote('no newline', signer)).rejects.toThrow('text of a note');
    await expect(signNote('a\tb\n', signer)).rejects.toThrow('text of a note');
    await expect(signNote(`${'x'.repeat(4_096)}\n`, signer)).rejects.toThrow('text of a note');
    await expect(signNote('a\n', { ...signer, name: 'a b' })).rejects.toThrow('cannot name a key');
    const broken = { ...signer, sign: async () => new Uint8Array(70) };
    await expect(signNote('a\n', broken)).rejects.toThrow('70 bytes');
  });

  it.each([
    ['nothing', '', 'no blank line'],
    ['no signature', 'text\n\n', '0 signatures'],
    ['a cut line', 'text\n\n— a AAAAAAA=', 'no end'],
    ['a hyphen for the dash', 'text\n\n- a AAAAAAA=\n', 'signature line'],
    ['sloppy base64', 'text\n\n— a AAAAAAA\n', 'not base64'],
    ['a short signature', 'text\n\n— a AAAA\n', 'too short'],
    ['a plus sign in the name', 'text\n\n— a+b AAAAAAA=\n', 'signature line'],
    ['an empty text', '\n\n— a AAAAAAA=\n', 'empty'],
    ['a control character', 'te\u0007xt\n\n— a AAAAAAA=\n', 'control character'],
    ['101 signatures', `text\n\n${'— a AAAAAAA=\n'.repeat(101)}`, '101 signatures'],
    ['a flood', `${'x'.repeat(70_000)}\n\n— a AAAAAAA=\n`, 'over 65536'],
  ])('refuse %s', (_, note, reason) => {
    expect(() => parseNote(note)).toThrow(reason);
  });

  it('never verify with a changed character, and never fail otherwise than by refusing', () => {
    const key = parseTrustedKey(goKey);
    fc.assert(
      fc.property(fc.nat(goNote.length - 1), fc.string({ minLength: 0, maxLength: 3, unit: 'binary' }), (at, put) => {
        const changed = goNote.slice(0, at) + put + goNote.slice(at + 1);
        fc.pre(changed !== goNote);
        let isTrusted = false;
        try {
          isTrusted = verdict(changed, [key]);
        } catch (refused) {
          expect(refused).toMatchObject({ code: 'audit_note_invalid' });
        }
        expect(isTrusted).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('parse or refuse anything', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '\n\n', '— ', 'a ', 'AAAAAAA=', ' '));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          const { text, signatures } = parseNote(pieces.join(''));
          expect(text.endsWith('\n') && signatures.length > 0).toBe(true);
        } catch (refused) {
          expect(refused).toMatchObject({ code: 'audit_note_invalid' });
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('trusted keys', () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey);

  it.each([
    ['a vkey line', formatKey('audit.example', raw), 'audit.example'],
    ['base64 of 32 bytes', Buffer.from(raw).toString('base64'), null],
    ['PEM', String(publicKey.export({ format: 'pem', type: 'spki' })), null],
    ['the DER form of AWS KMS', publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), null],
  ])('are read from %s', (_, text, name) => {
    const key = parseTrustedKey(`${text}\n`);
    expect(key.name).toBe(name);
    expect(Buffer.from(key.publicKey)).toEqual(Buffer.from(raw));
  });

  it.each([
    ['another key id', formatKey('a', raw).replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'does not belong to it'],
    ['a cut key', `a+00000000+${Buffer.from([1, 2, 3]).toString('base64')}`, 'it has 2 bytes'],
    ['another algorithm', `a+00000000+${Buffer.from([2, ...raw]).toString('base64')}`, 'not an Ed25519 note key'],
    [
      'a key of another kind',
      String(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' })),
      'not Ed25519',
    ],
    ['prose', 'my key', 'neither'],
    ['base64 of anything', 'AAAA', 'holds no public key'],
  ])('refuse %s', (_, text, reason) => {
    expect(() => parseTrustedKey(text)).toThrow(reason);
  });

  it('write the vkey of another implementation as it was', () => {
    const key = parseTrustedKey(goKey);
    expect(formatKey('PeterNeumann', key.publicKey)).toBe(goKey);
  });
});
