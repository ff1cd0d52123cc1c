import { checkSize, connectKms, type KmsConnection, type KmsSettings } from './kms-connection.ts';
import { unreadableKms } from './kms-errors.ts';

export type { KmsSettings } from './kms-connection.ts';
export { type KmsSigner, openKmsSigner } from './kms-signer.ts';

/** What a wrapped key is bound to. Stands in CloudTrail in plain text, so it holds nothing secret or personal. */
export type EncryptionContext = Readonly<Record<string, string>>;

/** Wraps data keys with a key that never leaves KMS. */
export interface KeyWrapper {
  /** @param plain 1 to 4,096 bytes. @throws HybridRoutingError `kms_...`; the signal's reason where that ends it */
  encrypt(plain: Uint8Array, context: EncryptionContext, signal?: AbortSignal): Promise<Uint8Array>;
  /** Takes what `encrypt` gave, with the same context. @throws as `encrypt`; `kms_mismatch` where either was changed */
  decrypt(wrapped: Uint8Array, context: EncryptionContext, signal?: AbortSignal): Promise<Uint8Array>;
  close(): void;
}

/** Opens a symmetric ENCRYPT_DECRYPT key. Nothing is sent yet: the first call says whether the key can be used. */
export async function openKms(settings: KmsSettings): Promise<KeyWrapper> {
  const connection = await connectKms(settings);
  return {
    encrypt: (plain, context, signal) => encrypt(connection, plain, context, signal),
    decrypt: (wrapped, context, signal) => decrypt(connection, wrapped, context, signal),
    close: () => connection.client.destroy(),
  };
}

async function encrypt(
  { keyId, EncryptCommand, within }: KmsConnection,
  plain: Uint8Array,
  context: EncryptionContext,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  checkSize('a data key', plain);
  const command = new EncryptCommand({ KeyId: keyId, Plaintext: plain, EncryptionContext: { ...context } });
  const { CiphertextBlob } = await within(
    'Encrypt',
    (client, abortSignal) => client.send(command, { abortSignal }),
    signal,
  );
  if (!CiphertextBlob?.length) throw unreadableKms('the answer has no ciphertext', { operation: 'Encrypt', keyId });
  return CiphertextBlob;
}

/** Names the key, though KMS could tell it from the ciphertext: what another key has wrapped is none of ours. */
async function decrypt(
  { keyId, DecryptCommand, within }: KmsConnection,
  wrapped: Uint8Array,
  context: EncryptionContext,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const command = new DecryptCommand({ KeyId: keyId, CiphertextBlob: wrapped, EncryptionContext: { ...context } });
  const { Plaintext } = await within('Decrypt', (client, abortSignal) => client.send(command, { abortSignal }), signal);
  if (!Plaintext?.length) throw unreadableKms('the answer has no plaintext', { operation: 'Decrypt', keyId });
  return Plaintext;
}
