import { createCipheriv, createDecipheriv, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { z } from 'zod';
import { type SimulatedAws, serveAws } from './simulated-aws.ts';

/** What a call meets instead of its answer. `garbled`: JSON whose bytes lack their quotes; `empty`: JSON without fields. */
type KmsFault = 'denied' | 'disabled' | 'throttled' | 'internal' | 'hang' | 'reset' | 'garbled' | 'empty';

interface KmsRequest {
  operation: string;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export interface KmsSimulator extends SimulatedAws {
  /** Ids of an AES-256 key, two Ed25519 keys, and a P-256 key for what must be refused. */
  keys: { wrapping: string; signing: string; otherSigning: string; p256: string };
  requests: KmsRequest[];
  /** The next `times` calls meet this fault; all of them by default. */
  fail(fault: KmsFault, times?: number): void;
  /** Points `alias/NAME` to a key. */
  alias(name: string, keyId: string): void;
  /** Ends the fault, and forgets requests and aliases. */
  reset(): void;
}

/** A refusal, in the service's words. */
class Refusal extends Error {
  readonly type: string;
  readonly status: number;

  constructor(type: string, message: string, status = 400) {
    super(message);
    this.type = type;
    this.status = status;
  }
}

const refusals: Partial<Record<KmsFault, Refusal>> = {
  denied: new Refusal('AccessDeniedException', 'The principal is not authorized to perform this action.'),
  disabled: new Refusal('DisabledException', 'The key is disabled.'),
  throttled: new Refusal('ThrottlingException', 'You have exceeded the rate at which you may call KMS.'),
  internal: new Refusal('KMSInternalException', 'An internal error.', 500),
};

const bytes = z.base64().transform((text) => Buffer.from(text, 'base64'));
const context = z.record(z.string(), z.string()).default({});
const encryptSchema = z.looseObject({ Plaintext: bytes, EncryptionContext: context });
const decryptSchema = z.looseObject({ CiphertextBlob: bytes, EncryptionContext: context });
const signSchema = z.looseObject({
  Message: bytes,
  MessageType: z.literal('RAW'),
  SigningAlgorithm: z.literal('ED25519_SHA_512'),
});
const bodySchema = z.looseObject({ KeyId: z.string() });

const signatureSpecs: Record<string, string> = { ed25519: 'ECC_NIST_EDWARDS25519', ec: 'ECC_NIST_P256' };
const ivBytes = 12;
const tagBytes = 16;

/** The keys of an account, with real AES-256-GCM bound to the encryption context, and real Ed25519. */
class Keys {
  readonly #aes = new Map([['11111111-1111-4111-8111-111111111111', randomBytes(32)]]);
  readonly #pairs = new Map([
    ['22222222-2222-4222-8222-222222222222', generateKeyPairSync('ed25519')],
    ['33333333-3333-4333-8333-333333333333', generateKeyPairSync('ed25519')],
    ['44444444-4444-4444-8444-444444444444', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ]);
  readonly aliases = new Map<string, string>();

  answer(operation: string, body: unknown): object {
    const { KeyId } = bodySchema.parse(body);
    const id = this.#idOf(KeyId);
    switch (operation) {
      case 'Encrypt':
        return this.#encrypt(id, encryptSchema.parse(body));
      case 'Decrypt':
        return this.#decrypt(id, decryptSchema.parse(body));
      case 'GetPublicKey':
        return publicAnswer(id, this.#pair(id).publicKey);
      case 'Sign': {
        const { Message, SigningAlgorithm } = signSchema.parse(body);
        const Signature = sign(null, Message, this.#pair(id).privateKey).toString('base64');
        return { KeyId: arn(id), Signature, SigningAlgorithm };
      }
      default:
        throw new Refusal('UnknownOperationException', operation);
    }
  }

  #encrypt(id: string, { Plaintext, EncryptionContext }: z.infer<typeof encryptSchema>): object {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#secret(id), iv).setAAD(authenticated(EncryptionContext));
    const sealed = Buffer.concat([cipher.update(Plaintext), cipher.final()]);
    const CiphertextBlob = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
    return { KeyId: arn(id), CiphertextBlob, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
  }

  #decrypt(id: string, { CiphertextBlob, EncryptionContext }: z.infer<typeof decryptSchema>): object {
    const decipher = createDecipheriv('aes-256-gcm', this.#secret(id), CiphertextBlob.subarray(0, ivBytes));
    decipher.setAAD(authenticated(EncryptionContext));
    try {
      decipher.setAuthTag(CiphertextBlob.subarray(ivBytes, ivBytes + tagBytes));
      const plain = Buffer.concat([decipher.update(CiphertextBlob.subarray(ivBytes + tagBytes)), decipher.final()]);
      const answer = { KeyId: arn(id), Plaintext: plain.toString('base64') };
      return { ...answer, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    } catch {
      throw new Refusal('InvalidCiphertextException', '');
    }
  }

  #idOf(name: string): string {
    if (!name.startsWith('alias/')) return name.replace(/^arn:aws:kms:[^:]+:[^:]+:key\//, '');
    return this.aliases.get(name) ?? name;
  }

  #secret(id: string): Buffer {
    const key = this.#aes.get(id);
    if (key) return key;
    throw this.#pairs.has(id) ? new Refusal('InvalidKeyUsageException', `${id} key usage is SIGN_VERIFY`) : missing(id);
  }

  #pair(id: string) {
    const pair = this.#pairs.get(id);
    if (pair) return pair;
    throw this.#aes.has(id) ? new Refusal('UnsupportedOperationException', `${id} is symmetric`) : missing(id);
  }

  ids() {
    const [wrapping = ''] = this.#aes.keys();
    const [signing = '', otherSigning = '', p256 = ''] = this.#pairs.keys();
    return { wrapping, signing, otherSigning, p256 };
  }
}

function missing(id: string): Refusal {
  return new Refusal('NotFoundException', `Key '${arn(id)}' does not exist`);
}

function publicAnswer(id: string, key: KeyObject): object {
  const PublicKey = key.export({ format: 'der', type: 'spki' }).toString('base64');
  return { KeyId: arn(id), PublicKey, KeySpec: signatureSpecs[key.asymmetricKeyType ?? ''], KeyUsage: 'SIGN_VERIFY' };
}

/** The context as authenticated data: its order does not count. */
function authenticated(encryptionContext: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(encryptionContext).sort()));
}

function arn(id: string): string {
  return `arn:aws:kms:eu-central-1:123456789012:key/${id}`;
}

/** AWS KMS over AWS JSON 1.1: Encrypt, Decrypt, GetPublicKey and Sign. */
export async function simulatedKms(): Promise<KmsSimulator> {
  const keys = new Keys();
  const requests: KmsRequest[] = [];
  let failing: { fault: KmsFault; times: number } | undefined;

  const served = await serveAws((request, raw, response) => {
    const [, operation = ''] = String(request.headers['x-amz-target']).split('TrentService.');
    const body = z.record(z.string(), z.unknown()).parse(JSON.parse(raw.toString()));
    requests.push({ operation, headers: request.headers, body });
    const fault = failing && failing.times > 0 ? failing.fault : undefined;
    if (failing) failing.times -= 1;
    if (fault === 'hang') return;
    if (fault === 'reset') return void request.socket.resetAndDestroy();
    try {
      const refusal = fault && refusals[fault];
      if (refusal) throw refusal;
      const text = JSON.stringify(fault === 'empty' ? {} : keys.answer(operation, body));
      send(
        response,
        200,
        fault === 'garbled' ? text.replace(/"(Plaintext|CiphertextBlob)":"([^"]*)"/, '"$1":$2') : text,
      );
    } catch (thrown) {
      const { type, status, message } =
        thrown instanceof Refusal ? thrown : new Refusal('ValidationException', `${thrown}`);
      send(response, status, JSON.stringify({ __type: type, message }));
    }
  });

  return {
    ...served,
    keys: keys.ids(),
    requests,
    fail(fault, times = Number.POSITIVE_INFINITY) {
      failing = { fault, times };
    },
    alias: (name, keyId) => void keys.aliases.set(name, keyId),
    reset() {
      failing = undefined;
      requests.length = 0;
      keys.aliases.clear();
    },
  };
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(text);
}
