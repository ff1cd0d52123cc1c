import { verify } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { type KmsSettings, openKms, openKmsSigner } from '../../src/store/kms.ts';
import { simulatedKms } from '../support-files/kms-simulator.ts';
import { thrownBy } from '../support-files/thrown.ts';

const kms = await simulatedKms();
const opened: { close(): void }[] = [];
beforeEach(() => {
  // The SDK's own chain finds these, so that nothing in the call differs from a real one.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-example');
});
afterEach(() => {
  for (const { close } of opened.splice(0)) close();
  vi.unstubAllEnvs();
  kms.reset();
});
afterAll(() => kms.close());

const common = { endpoint: kms.url, region: 'eu-central-1' };
async function wrapper(changes: Partial<KmsSettings> = {}) {
  const opening = await openKms({ ...common, keyId: kms.keys.wrapping, ...changes });
  opened.push(opening);
  return opening;
}
async function signer(changes: Partial<KmsSettings> = {}) {
  const opening = await openKmsSigner({ ...common, keyId: kms.keys.signing, ...changes });
  opened.push(opening);
  return opening;
}

const dataKey = Buffer.from('0123456789abcdef0123456789abcdef');
const context = { purpose: 'consent', table: 'consents' };
const failure = (run: () => unknown) => thrownBy(HybridRoutingError, run);

describe('a data key', () => {
  it('comes back as it was, and is not in what is kept', async () => {
    const { encrypt, decrypt } = await wrapper();
    const wrapped = await encrypt(dataKey, context);
    expect(Buffer.from(wrapped).includes(dataKey)).toBe(false);
    expect(Buffer.from(await decrypt(wrapped, { table: 'consents', purpose: 'consent' }))).toEqual(dataKey);
    expect(kms.requests.map(({ operation }) => operation)).toEqual(['Encrypt', 'Decrypt']);
  });

  it('is sent as KMS takes it: signed, with the key and the context', async () => {
    const { encrypt } = await wrapper();
    await encrypt(dataKey, context);
    const [request] = kms.requests;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'TrentService.Encrypt',
      'content-type': 'application/x-amz-json-1.1',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/kms\//),
    });
    expect(request?.body).toEqual({
      KeyId: kms.keys.wrapping,
      Plaintext: dataKey.toString('base64'),
      EncryptionContext: context,
    });
  });

  it('is bound to its context, and to its bytes', async () => {
    const { encrypt, decrypt } = await wrapper();
    const wrapped = await encrypt(dataKey, context);
    const mismatch = { code: 'kms_mismatch', remedy: expect.stringContaining('was changed') };
    expect(await failure(() => decrypt(wrapped, { ...context, table: 'audit' }))).toMatchObject(mismatch);
    expect(await failure(() => decrypt(wrapped, {}))).toMatchObject(mismatch);
    const changed = Uint8Array.from(wrapped, (byte, index) => (index === wrapped.length - 1 ? byte ^ 1 : byte));
    expect(await failure(() => decrypt(changed, context))).toMatchObject(mismatch);
  });

  it.each([0, 4_097])('of %i bytes is refused before it is sent', async (size) => {
    const { encrypt } = await wrapper();
    expect(await failure(() => encrypt(new Uint8Array(size), context))).toMatchObject({ code: 'kms_size' });
    expect(kms.requests).toEqual([]);
  });

  it('is wrapped over one connection, call after call', async () => {
    const { encrypt } = await wrapper();
    const before = kms.connections();
    for (let call = 0; call < 4; call += 1) await encrypt(dataKey, context);
    expect(kms.connections() - before).toBe(1);
  });

  it('goes to the region of the key’s ARN where none is set', async () => {
    const keyId = `arn:aws:kms:eu-west-3:123456789012:key/${kms.keys.wrapping}`;
    const { encrypt } = await wrapper({ keyId, region: undefined });
    await encrypt(dataKey, context);
    expect(kms.requests[0]?.headers.authorization).toContain('/eu-west-3/kms/');
  });
});

describe('a fault of KMS', () => {
  it.each([
    ['denied', 'kms_denied', /kms:Encrypt/, 1],
    ['disabled', 'kms_key_disabled', /Enable the key/, 1],
    ['throttled', 'kms_throttled', /quota/, 2],
    ['internal', 'kms_unavailable', /Health/, 2],
    ['reset', 'kms_unreachable', /firewall/, 2],
    ['empty', 'kms_unreadable', /endpoint/, 1],
    ['garbled', 'kms_unreadable', /endpoint/, 1],
  ] as const)('%s is %s, after one retry at most', async (fault, code, remedy, calls) => {
    const { encrypt } = await wrapper();
    kms.fail(fault);
    expect(await failure(() => encrypt(dataKey, context))).toMatchObject({
      code,
      message: expect.stringContaining(kms.keys.wrapping),
      remedy: expect.stringMatching(remedy),
    });
    expect(kms.requests).toHaveLength(calls);
  });

  it('is over with the one retry where it passes', async () => {
    const { encrypt } = await wrapper();
    kms.fail('internal', 1);
    expect((await encrypt(dataKey, context)).length).toBeGreaterThan(0);
  });

  it('ends with the timeout where KMS hangs', async () => {
    const { encrypt } = await wrapper({ timeoutMs: 60 });
    kms.fail('hang');
    expect(await failure(() => encrypt(dataKey, context))).toMatchObject({
      code: 'kms_unreachable',
      message: expect.stringContaining('60 ms'),
    });
  });

  it('ends with the caller’s signal', async () => {
    const { encrypt } = await wrapper();
    kms.fail('hang');
    const cancel = new AbortController();
    const ended = encrypt(dataKey, context, cancel.signal).catch((thrown: unknown) => thrown);
    await expect.poll(() => kms.requests.length).toBe(1);
    cancel.abort('enough');
    expect(await ended).toBe('enough');
  });

  it('is of the key where there is none, or one of another kind', async () => {
    const lost = await wrapper({ keyId: 'alias/nowhere' });
    expect(await failure(() => lost.encrypt(dataKey, context))).toMatchObject({ code: 'kms_key_not_found' });
    const wrong = await wrapper({ keyId: kms.keys.signing });
    expect(await failure(() => wrong.encrypt(dataKey, context))).toMatchObject({
      code: 'kms_wrong_key',
      remedy: expect.stringContaining('symmetric'),
    });
  });

  it('is unreachable where nothing listens', async () => {
    const { encrypt } = await wrapper({ endpoint: 'http://127.0.0.1:1' });
    expect(await failure(() => encrypt(dataKey, context))).toMatchObject({ code: 'kms_unreachable' });
  });

  it('never shows a key, even where an answer that holds it cannot be read', async () => {
    const { encrypt, decrypt } = await wrapper();
    const wrapped = await encrypt(dataKey, context);
    kms.fail('garbled');
    const error = await failure(() => decrypt(wrapped, context));
    expect(error).toMatchObject({ code: 'kms_unreadable' });
    const shown = inspect(error, { depth: null, showHidden: true }) + error.stack;
    expect(shown).not.toContain(dataKey.toString('base64').slice(0, 8));
  });
});

describe('a signature', () => {
  const message = Buffer.from('example.org/audit\n42\nroot\n');

  it('is one that the public key verifies, asked for as Ed25519 over the message itself', async () => {
    const { sign, publicKey, algorithm } = await signer();
    const signature = await sign(message);
    expect(algorithm).toBe('Ed25519');
    expect(signature).toHaveLength(64);
    expect(verify(null, message, await publicKey(), signature)).toBe(true);
    await sign(message);
    expect(kms.requests.map(({ operation }) => operation)).toEqual(['GetPublicKey', 'Sign', 'Sign']);
    expect(kms.requests[1]?.body).toMatchObject({ SigningAlgorithm: 'ED25519_SHA_512', MessageType: 'RAW' });
  });

  it('is refused of a key of another kind', async () => {
    const p256 = await signer({ keyId: kms.keys.p256 });
    expect(await failure(() => p256.publicKey())).toMatchObject({
      code: 'kms_wrong_key',
      message: expect.stringContaining('ECC_NIST_P256'),
      remedy: expect.stringContaining('ECC_NIST_EDWARDS25519'),
    });
    const symmetric = await signer({ keyId: kms.keys.wrapping });
    expect(await failure(() => symmetric.sign(message))).toMatchObject({ code: 'kms_wrong_key' });
  });

  it('asks for the public key again after a failure', async () => {
    const { publicKey } = await signer();
    kms.fail('denied', 1);
    expect(await failure(() => publicKey())).toMatchObject({ code: 'kms_denied' });
    expect((await publicKey()).asymmetricKeyType).toBe('ed25519');
  });

  it('is never given where the alias names another key by now; the next one is of that key', async () => {
    kms.alias('alias/audit', kms.keys.signing);
    const { publicKey, sign } = await signer({ keyId: 'alias/audit' });
    const before = await publicKey();
    kms.alias('alias/audit', kms.keys.otherSigning);
    expect(await failure(() => sign(message))).toMatchObject({ code: 'kms_unreadable' });
    const signature = await sign(message);
    expect([before, await publicKey()].map((key) => verify(null, message, key, signature))).toEqual([false, true]);
  });
});
