import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { HybridRoutingError } from '../../config/errors.ts';

/** C2SP signed-note: the type byte of an Ed25519 signature. */
const ed25519 = 0x01;

/** A public key that signatures are accepted from. */
export interface TrustedKey {
  /** The name the key signs under; null accepts any name (a bare key has none). */
  name: string | null;
  /** 32 bytes, Ed25519. */
  publicKey: Uint8Array;
  keyObject: KeyObject;
}

/** Whether a text can name a key: not empty, no space, no plus sign, no control character (C2SP signed-note). */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{Cc}\p{Surrogate}]+$/u.test(name);
}

/** The first 4 bytes of SHA-256(name || newline || 0x01 || public key), as 8 hex digits: finds the key of a signature. */
export function keyIdOf(name: string, publicKey: Uint8Array): string {
  const input = createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ed25519)).update(publicKey);
  return input.digest('hex').slice(0, 8);
}

/** A public key as C2SP's one-line "vkey": `name+key id+base64(0x01 || key)`. */
export function formatKey(name: string, publicKey: Uint8Array): string {
  return `${name}+${keyIdOf(name, publicKey)}+${Buffer.from([ed25519, ...publicKey]).toString('base64')}`;
}

/** @param publicKey 32 bytes */
export function trustedKey(name: string | null, publicKey: Uint8Array): TrustedKey {
  if (publicKey.length !== 32) throw keyError(`it has ${publicKey.length} bytes, an Ed25519 key has 32`);
  const x = Buffer.from(publicKey).toString('base64url');
  const keyObject = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return { name, publicKey, keyObject };
}

/**
 * Reads a public key: a vkey line, PEM, or base64 of the 32 bytes or of the DER form that AWS KMS GetPublicKey gives.
 * @throws HybridRoutingError that says what is wrong with it
 */
export function parseTrustedKey(text: string): TrustedKey {
  const line = text.trim();
  if (line.startsWith('-----BEGIN')) return trustedKey(null, rawPublicKey(importKey(line)));
  const [name, id, encoded, ...rest] = line.split('+');
  if (name !== undefined && id !== undefined && /^[0-9a-f]{8}$/.test(id)) {
    // Base64 may hold plus signs too.
    return parseVkey(name, id, [encoded, ...rest].join('+'));
  }
  const bytes = decodeBase64(line);
  if (!bytes) throw keyError('it is neither a line `name+id+base64`, nor PEM, nor base64');
  if (bytes.length === 32) return trustedKey(null, bytes);
  return trustedKey(null, rawPublicKey(importKey(bytes)));
}

/** The 32 bytes of an Ed25519 public key (given the private key: of its public half). */
export function rawPublicKey(key: KeyObject): Uint8Array {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { crv, x } = publicKey.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || x === undefined) throw keyError(`it is of type ${key.asymmetricKeyType}, not Ed25519`);
  return Buffer.from(x, 'base64url');
}

/** @param signature 64 bytes */
export function verifyEd25519(key: TrustedKey, message: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === 64 && verify(null, message, key.keyObject, signature);
}

/** Strict: the bytes of a standard base64 text, or null where another text would give the same bytes. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}

function parseVkey(name: string, id: string, encoded: string): TrustedKey {
  const bytes = decodeBase64(encoded);
  if (!isKeyName(name) || bytes?.[0] !== ed25519) throw keyError(`"${name}" is not an Ed25519 note key`);
  const key = trustedKey(name, bytes.subarray(1));
  if (keyIdOf(name, key.publicKey) !== id)
    throw keyError(`the key id ${id} does not belong to it: it was cut or altered`);
  return key;
}

function importKey(key: string | Buffer): KeyObject {
  try {
    return typeof key === 'string' ? createPublicKey(key) : createPublicKey({ key, format: 'der', type: 'spki' });
  } catch (cause) {
    throw keyError('it holds no public key', { cause });
  }
}

function keyError(what: string, options?: ErrorOptions): HybridRoutingError {
  return new HybridRoutingError(
    'audit_key_invalid',
    `this is not a public key that audit signatures can be checked with: ${what}`,
    'Give the line `name+id+base64` that the server shows, a PEM file, or base64 of an Ed25519 public key.',
    options,
  );
}
