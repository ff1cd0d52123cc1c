import { type KeyObject, sign } from 'node:crypto';
import { HybridRoutingError } from '../../config/errors.ts';
import { decodeBase64, isKeyName, keyIdOf, rawPublicKey, type TrustedKey, verifyEd25519 } from './note-keys.ts';

/** Bounds of what is parsed: a checkpoint has under 400 bytes and one signature, cosigned ones a few more. */
const maxNoteLength = 65_536;
const maxSignatures = 100;

/**
 * Signs notes with Ed25519. A key in AWS KMS (ECC_NIST_EDWARDS25519, ED25519_SHA_512, message type RAW) signs the same bytes:
 * messages stay under the 4,096 bytes that KMS takes.
 */
export interface NoteSigner {
  /** The name the key signs under: no space, no plus sign. */
  name: string;
  /** 32 bytes. */
  publicKey: Uint8Array;
  /** Gives 64 bytes. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

export interface NoteSignature {
  name: string;
  /** 8 hex digits. */
  keyId: string;
  signature: Uint8Array;
}

/** A parsed note; nothing about it is verified. */
export interface SignedNote {
  /** What is signed: ends in a newline. */
  text: string;
  signatures: NoteSignature[];
}

export type NoteVerdict = { ok: true; keys: TrustedKey[] } | { ok: false; reason: string };

/** @throws HybridRoutingError where the text or the name cannot be in a note, or the signer does not sign as Ed25519 does */
export async function signNote(text: string, signer: NoteSigner): Promise<string> {
  const message = Buffer.from(text);
  if (!isNoteText(text) || message.length > 4_096) throw noteError('the text to sign is not the text of a note');
  if (!isKeyName(signer.name))
    throw noteError(`"${signer.name}" cannot name a key: it is empty or has a space or a plus sign`);
  const signature = await signer.sign(message);
  if (signature.length !== 64) throw noteError(`the signer gave ${signature.length} bytes, not the 64 of Ed25519`);
  const keyId = Buffer.from(keyIdOf(signer.name, signer.publicKey), 'hex');
  return `${text}\n— ${signer.name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`;
}

/** A signer over a private key in this process. */
export function ed25519Signer(name: string, privateKey: KeyObject): NoteSigner {
  return {
    name,
    publicKey: rawPublicKey(privateKey),
    sign: async (message) => sign(null, message, privateKey),
  };
}

/** Parses a note (C2SP signed-note). @throws HybridRoutingError that says what is wrong */
export function parseNote(note: string): SignedNote {
  if (note.length > maxNoteLength) throw noteError(`it has over ${maxNoteLength} characters`);
  // The last blank line parts text and signatures: the text may hold blank lines of its own.
  const split = note.lastIndexOf('\n\n');
  if (split < 0) throw noteError('it has no blank line before its signatures');
  const text = note.slice(0, split + 1);
  if (!isNoteText(text)) throw noteError('its text is empty or has a control character');
  const lines = note.slice(split + 2).split('\n');
  if (lines.pop() !== '') throw noteError('its last line has no end: it was cut');
  if (lines.length === 0 || lines.length > maxSignatures) throw noteError(`it has ${lines.length} signatures`);
  return { text, signatures: lines.map(parseSignature) };
}

/**
 * Whether at least one trusted key signed the note, and none that is trusted has a wrong signature.
 * Signatures by other keys are passed over, as C2SP asks: they may be cosignatures of witnesses.
 */
export function verifyNote(note: SignedNote, trusted: readonly TrustedKey[]): NoteVerdict {
  const message = Buffer.from(note.text);
  const keys = new Set<TrustedKey>();
  for (const signature of note.signatures) {
    const key = trusted.find((key) => isBy(signature, key));
    if (!key) continue;
    if (!verifyEd25519(key, message, signature.signature))
      return { ok: false, reason: `the signature by ${signature.name} does not fit the text: one of them was altered` };
    keys.add(key);
  }
  if (keys.size > 0) return { ok: true, keys: [...keys] };
  const signers = note.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ');
  return { ok: false, reason: `no trusted key signed it, only ${signers}` };
}

function isBy({ name, keyId }: NoteSignature, key: TrustedKey): boolean {
  return (key.name === null || key.name === name) && keyIdOf(name, key.publicKey) === keyId;
}

function parseSignature(line: string): NoteSignature {
  const [, name, encoded] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  if (name === undefined || encoded === undefined || !isKeyName(name))
    throw noteError('a signature line is not "— name base64"');
  const bytes = decodeBase64(encoded);
  // 4 bytes of key id and at least one of signature; how long it is depends on the kind of key.
  if (!bytes || bytes.length < 5) throw noteError(`the signature by ${name} is not base64, or too short`);
  return { name, keyId: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) };
}

/** Lines that all end, of which one has something, without control characters or half surrogate pairs. */
function isNoteText(text: string): boolean {
  return text.length > 1 && text.endsWith('\n') && !/[^\P{Cc}\n]|\p{Surrogate}/u.test(text);
}

function noteError(what: string): HybridRoutingError {
  return new HybridRoutingError(
    'audit_note_invalid',
    `this is not a signed note: ${what}`,
    'Take the note from an untouched copy: an export, a backup or an anchor outside this machine.',
  );
}

/** The note with one more signature, over the same text. @throws as `signNote` and `parseNote` */
export async function cosign(note: string, signer: NoteSigner): Promise<string> {
  const { text } = parseNote(note);
  const signed = await signNote(text, signer);
  return `${note}${signed.slice(text.length + 1)}`;
}
