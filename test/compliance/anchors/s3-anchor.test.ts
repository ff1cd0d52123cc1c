import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { s3Anchor } from '../../../src/compliance/anchors/s3-anchor.ts';
import { HybridRoutingError } from '../../../src/config/errors.ts';
import { simulatedS3 } from '../../support-files/s3-simulator.ts';
import { thrownBy } from '../../support-files/thrown.ts';

const s3 = await simulatedS3();
const now = Date.UTC(2026, 0, 1);
const location = { bucket: s3.bucket, prefix: 'log/', region: 'eu-central-1', endpoint: s3.url };
const anchor = s3Anchor({ config: location, now: () => now });
beforeEach(() => {
  // The SDK's own chain finds these, so that nothing in the call differs from a real one.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret-example');
});
afterEach(() => {
  vi.unstubAllEnvs();
  s3.reset();
});
afterAll(async () => {
  anchor.close();
  await s3.close();
});

const { signal } = new AbortController();
/** A checkpoint of five entries. */
const note = (root: string, time = 1) => `example.org/log\n5\n${root}\ntime ${time}\n\n— log c2ln${time}\n`;
const failure = (run: () => unknown) => thrownBy(HybridRoutingError, run);
const key = (size: number) => `log/checkpoint-${String(size).padStart(12, '0')}.note`;

describe('a bucket of checkpoints', () => {
  it('keeps each one as an object that no put replaces, with its checksum', async () => {
    await anchor.put(1_234, 'note of 1234\n', signal);
    expect(s3.objects.get('log/checkpoint-000000001234.note')).toBe('note of 1234\n');
    const [{ headers, method } = {}] = s3.requests;
    expect(method).toBe('PUT');
    expect(headers).toMatchObject({
      'if-none-match': '*',
      'x-amz-checksum-sha256': expect.stringMatching(/^[\w+/]{43}=$/),
      'content-type': 'text/plain; charset=utf-8',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d+\/eu-central-1\/s3\//),
    });
    expect(headers).not.toHaveProperty('x-amz-object-lock-mode');
    expect(anchor.name).toBe('s3://audit-anchors/log/');
  });

  it('locks each one for as long as is configured', async () => {
    const locked = s3Anchor({ config: { ...location, retainDays: 365 }, now: () => now });
    await locked.put(1, 'note', signal);
    locked.close();
    expect(s3.requests[0]?.headers).toMatchObject({
      'x-amz-object-lock-mode': 'COMPLIANCE',
      'x-amz-object-lock-retain-until-date': '2027-01-01T00:00:00Z',
    });
  });

  it('gives them back', async () => {
    expect(await anchor.latest(signal)).toBeNull();
    await anchor.put(7, 'note of 7', signal);
    await anchor.put(1_234, 'note of 1234', signal);
    s3.objects.set('log/checkpoint-zzz', 'no checkpoint');
    s3.objects.set('other/checkpoint-000000009999.note', 'of another log');
    expect(await anchor.latest(signal)).toEqual({ size: 1_234, note: 'note of 1234' });
    expect(await anchor.list(signal)).toEqual([7, 1_234]);
    expect(await anchor.read(7, signal)).toBe('note of 7');
    expect(await anchor.read(8, signal)).toBeNull();
  });

  it('lists more than a page, and finds the latest of very many without listing them all', async () => {
    const sizes = Array.from({ length: 5_500 }, (_, index) => index * 997);
    for (const size of sizes) s3.objects.set(key(size), `note of ${size}`);
    // Foreign names between them and behind them fill whole answers of the search.
    for (const name of ['.bak', '.old', '.tmp']) s3.objects.set(`${key(5_499 * 997)}${name}`, 'foreign');
    expect(await anchor.list(signal)).toEqual(sizes);
    s3.requests.length = 0;
    expect(await anchor.latest(signal)).toEqual({ size: 5_499 * 997, note: `note of ${5_499 * 997}` });
    expect(s3.requests.length).toBeLessThan(60);
  });

  it('takes the same checkpoint again, signed later too, and says that the log was forked where it is another', async () => {
    await anchor.put(5, note('root'), signal);
    await anchor.put(5, note('root'), signal);
    await anchor.put(5, note('root', 2), signal);
    expect(await failure(() => anchor.put(5, note('other'), signal))).toMatchObject({
      code: 'anchor_forked',
      message: expect.stringContaining('s3://audit-anchors/log/ already holds another checkpoint of 5 entries'),
    });
    expect(s3.objects.get(key(5))).toBe(note('root'));
  });

  it('knows its own object again where the answer to the first try was lost', async () => {
    s3.fail('lost', 1);
    await anchor.put(5, 'one', signal);
    expect(s3.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'GET']);
  });
});

describe('a fault of the bucket', () => {
  it.each([
    ['denied', 'anchor_denied', /s3:PutObject/],
    ['no_bucket', 'anchor_missing', /Create the bucket/],
    ['slow_down', 'anchor_unavailable', /Retry/],
    ['conflict', 'anchor_unavailable', /Retry/],
    ['lost', 'anchor_unreachable', /firewall/],
  ] as const)('%s is %s', async (fault, code, remedy) => {
    s3.fail(fault);
    const expected = { code, remedy: expect.stringMatching(remedy), message: expect.stringContaining(anchor.name) };
    expect(await failure(() => anchor.latest(signal))).toMatchObject(expected);
  });

  it('passes where it is short', async () => {
    s3.fail('slow_down', 1);
    await anchor.put(1, 'note', signal);
    expect(s3.objects.size).toBe(1);
  });

  it('is a note that is not of its checksum', async () => {
    await anchor.put(1, 'note', signal);
    s3.fail('damaged');
    expect(await failure(() => anchor.read(1, signal))).toMatchObject({ message: expect.stringMatching(/checksum/i) });
  });

  it('is an object that is too long to be a checkpoint', async () => {
    s3.objects.set(key(1), 'x'.repeat(65_537));
    expect(await failure(() => anchor.latest(signal))).toMatchObject({ code: 'anchor_unreadable' });
  });

  it('ends with the signal where the service hangs', async () => {
    s3.fail('hang');
    const cancel = new AbortController();
    const ended = anchor.put(1, 'note', cancel.signal).catch((thrown: unknown) => thrown);
    await expect.poll(() => s3.requests.length).toBe(1);
    const reason = new Error('too late');
    cancel.abort(reason);
    expect(await ended).toBe(reason);
  });

  it('is unreachable where nothing listens', async () => {
    const lost = s3Anchor({ config: { ...location, endpoint: 'http://127.0.0.1:1' }, now: () => now });
    expect(await failure(() => lost.latest(signal))).toMatchObject({ code: 'anchor_unreachable' });
    lost.close();
  });
});
