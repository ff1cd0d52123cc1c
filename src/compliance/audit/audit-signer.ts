import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import type { KeyRing } from '../../store/key-ring.ts';
import { ed25519Signer, type NoteSigner } from './signed-note.ts';

/** The signer of a state: its private key lies in the store, under the key-encryption key. @throws StoreError */
export async function auditSigner(keys: KeyRing, origin: string): Promise<NoteSigner> {
  const der = await keys.named('audit-signing', () =>
    generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
  );
  return ed25519Signer(origin, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
}
