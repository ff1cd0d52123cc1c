import { describe, expect, it } from 'vitest';
import { anchorOf } from '../../../src/compliance/anchors/anchor-of.ts';
import { anchorSchema } from '../../../src/config/anchor-schema.ts';

const anchorFrom = (config: unknown) => anchorOf(anchorSchema.parse(config), () => 0)?.name ?? null;

describe('the anchor of a configuration', () => {
  it.each([
    [{}, null],
    [{ file: '/mnt/audit anchors' }, 'file:///mnt/audit%20anchors'],
    [{ s3: { bucket: 'anchors' } }, 's3://anchors/hybrid-routing/'],
    [{ s3: { bucket: 'anchors', prefix: '' } }, 's3://anchors/'],
    [{ s3: { bucket: 'anchors', prefix: 'a/b/', retainDays: 3_650, region: 'eu-central-1' } }, 's3://anchors/a/b/'],
  ])('%j is %s', (config, name) => expect(anchorFrom(config)).toBe(name));

  it.each([
    [{ file: 'relative/folder' }, /absolute/],
    [{ file: '/mnt/a', s3: { bucket: 'anchors' } }, /at most one/],
    [{ s3: { bucket: 'Not_A_Bucket' } }, /bucket name/],
    [{ s3: { bucket: 'anchors', prefix: 'log' } }, /end in \//],
    [{ s3: { bucket: 'anchors', prefix: '/log/' } }, /not begin/],
    [{ s3: { bucket: 'anchors', retainDays: 0 } }, /retainDays/],
    [{ s3: { bucket: 'anchors', region: 'Frankfurt' } }, /AWS region/],
    [{ folder: '/mnt/a' }, /folder/],
  ])('%j is refused', (config, message) => expect(() => anchorFrom(config)).toThrow(message));
});
