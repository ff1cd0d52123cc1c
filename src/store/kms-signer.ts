import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { checkSize, connectKms, type KmsConnection, type KmsSettings } from './kms-connection.ts';
import { unreadableKms, wrongKmsKey } from './kms-errors.ts';

/** Signs with an Ed25519 key that never leaves KMS. */
export interface KmsSigner {
  readonly algorithm: 'Ed25519';
  /** Fetched once, and kept. @throws HybridRoutingError `kms_...`; `kms_wrong_key` where the key is no Ed25519 key */
  publicKey(signal?: AbortSignal): Promise<KeyObject>;
  /** The 64 bytes of RFC 8032, checked with the public key. @param message 1 to 4,096 bytes. @throws as `publicKey` */
  sign(message: Uint8Array, signal?: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

const keySpec = 'ECC_NIST_EDWARDS25519';

/** Opens a SIGN_VERIFY key of key spec ECC_NIST_EDWARDS25519. Nothing is sent yet. */
export async function openKmsSigner(settings: KmsSettings): Promise<KmsSigner> {
  const connection = await connectKms(settings);
  let kept: KeyObject | undefined;
  const publicKey = async (signal?: AbortSignal) => {
    kept ??= await fetchPublicKey(connection, signal);
    return kept;
  };
  return {
    algorithm: 'Ed25519',
    publicKey,
    async sign(message, signal) {
      checkSize('a message', message);
      const key = await publicKey(signal);
      const signature = await signWith(connection, message, signal);
      // An alias that names another key since then would make signatures that nobody can verify, found by an auditor.
      if (verify(null, message, key, signature)) return signature;
      kept = undefined;
      throw unreadableKms('the signature is not of the public key', { operation: 'Sign', keyId: connection.keyId });
    },
    close: () => connection.client.destroy(),
  };
}

async function fetchPublicKey(
  { keyId, GetPublicKeyCommand, within }: KmsConnection,
  signal: AbortSignal | undefined,
): Promise<KeyObject> {
  const call = { operation: 'GetPublicKey', keyId };
  const command = new GetPublicKeyCommand({ KeyId: keyId });
  const { KeySpec, PublicKey } = await within(
    call.operation,
    (client, abortSignal) => client.send(command, { abortSignal }),
    signal,
  );
  if (KeySpec !== keySpec) throw wrongKmsKey(`has key spec ${KeySpec ?? 'none'}, not ${keySpec}`, call);
  const key = PublicKey && spki(PublicKey);
  if (key?.asymmetricKeyType !== 'ed25519') throw unreadableKms('the answer has no Ed25519 public key', call);
  return key;
}

function spki(der: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
  } catch {
    return undefined; // told by the caller, as any other key that is none
  }
}

async function signWith(
  { keyId, SignCommand, within }: KmsConnection,
  message: Uint8Array,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const input = { KeyId: keyId, Message: message, MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const;
  const command = new SignCommand(input);
  const { Signature } = await within('Sign', (client, abortSignal) => client.send(command, { abortSignal }), signal);
  if (!Signature?.length) throw unreadableKms('the answer has no signature', { operation: 'Sign', keyId });
  return Signature;
}
