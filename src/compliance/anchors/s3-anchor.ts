import type { S3AnchorConfig } from '../../config/anchor-schema.ts';
import { untilAborted } from '../../paths/until-aborted.ts';
import type { Anchor } from './anchor.ts';
import {
  checkNote,
  checkpointName,
  checkpointSize,
  forked,
  mostEntries,
  mostNoteBytes,
  namePrefix,
  oversized,
  sameHead,
} from './checkpoint.ts';
import { greatest } from './greatest.ts';
import { connectS3, type S3Connection } from './s3-connection.ts';
import { faultName, s3Error } from './s3-errors.ts';

interface Dependencies {
  config: S3AnchorConfig;
  /** Milliseconds since 1970, from which the retention of an object counts. */
  now: () => number;
}

const dayMs = 86_400_000;

/** Checkpoints as objects of a bucket, each put once; with `retainDays` nobody can delete them before, not even the account's root. */
export function s3Anchor({ config, now }: Dependencies): Anchor {
  const { bucket, prefix, retainDays } = config;
  const name = `s3://${bucket}/${prefix}`;
  let connection: Promise<S3Connection> | undefined;

  /** Loads the SDK with the first call. Ends with the signal, whatever the SDK waits for. */
  const during = async <Result>(signal: AbortSignal, run: (s3: S3Connection) => Promise<Result>): Promise<Result> => {
    signal.throwIfAborted();
    connection ??= connectS3(config);
    try {
      return await untilAborted(connection.then(run), signal);
    } catch (thrown) {
      throw signal.aborted ? signal.reason : s3Error(thrown, name);
    }
  };

  const read = async (s3: S3Connection, size: number, abortSignal: AbortSignal): Promise<string | null> => {
    // One byte more than a note may have: a body that is left unread would end the process when its connection does.
    const range = { Range: `bytes=0-${mostNoteBytes}`, ChecksumMode: 'ENABLED' } as const;
    const input = { Bucket: bucket, Key: prefix + checkpointName(size), ...range };
    try {
      const { Body } = await s3.client.send(new s3.GetObjectCommand(input), { abortSignal });
      const note = (await Body?.transformToString()) ?? '';
      if (Buffer.byteLength(note) > mostNoteBytes) throw oversized(name, size);
      return note;
    } catch (thrown) {
      if (faultName(thrown) === 'NoSuchKey') return null;
      throw thrown;
    }
  };

  /** Sizes above one, in order, a page at a time; objects with other names are passed over. */
  async function* pages(s3: S3Connection, above: number | null, perPage: number, abortSignal: AbortSignal) {
    let after = above === null ? undefined : prefix + checkpointName(above);
    for (;;) {
      const input = { Bucket: bucket, Prefix: prefix + namePrefix, MaxKeys: perPage, StartAfter: after };
      const page = await s3.client.send(new s3.ListObjectsV2Command(input), { abortSignal });
      const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
      const sizes = keys.map((key) => checkpointSize(key.slice(prefix.length))).filter((size) => size !== null);
      yield { sizes, whole: page.IsTruncated !== true };
      after = keys.at(-1);
      if (page.IsTruncated !== true || after === undefined) return;
    }
  }

  const latestSize = async (s3: S3Connection, signal: AbortSignal): Promise<number | null> => {
    const firstAbove = async (size: number | null, perPage = 2) => {
      for await (const { sizes } of pages(s3, size, perPage, signal)) {
        const [first] = sizes;
        if (first !== undefined) return first;
      }
      return null;
    };
    for await (const { sizes, whole } of pages(s3, null, 1_000, signal)) {
      const last = sizes.at(-1);
      if (last !== undefined) return whole ? last : greatest(last, mostEntries, firstAbove);
    }
    return null;
  };

  return {
    name,
    put: async (size, note, signal) => {
      checkNote(note);
      const retention =
        retainDays === undefined
          ? {}
          : { ObjectLockMode: 'COMPLIANCE' as const, ObjectLockRetainUntilDate: new Date(now() + retainDays * dayMs) };
      const input = {
        Bucket: bucket,
        Key: prefix + checkpointName(size),
        Body: note,
        ContentType: 'text/plain; charset=utf-8',
        ChecksumAlgorithm: 'SHA256' as const,
        IfNoneMatch: '*',
        ...retention,
      };
      return during(signal, async (s3) => {
        try {
          await s3.client.send(new s3.PutObjectCommand(input), { abortSignal: signal });
        } catch (thrown) {
          // There already: by another process, or by our own request whose answer was lost and which the SDK sent again.
          if (faultName(thrown) !== 'PreconditionFailed') throw thrown;
          if (!sameHead(note, (await read(s3, size, signal)) ?? '')) throw forked(name, size);
        }
      });
    },
    latest: (signal) =>
      during(signal, async (s3) => {
        const size = await latestSize(s3, signal);
        const note = size === null ? null : await read(s3, size, signal);
        return size === null || note === null ? null : { size, note };
      }),
    read: (size, signal) => during(signal, (s3) => read(s3, size, signal)),
    list: (signal) =>
      during(signal, async (s3) => {
        const all: number[] = [];
        for await (const { sizes } of pages(s3, null, 1_000, signal)) all.push(...sizes);
        return all;
      }),
    close: () =>
      void connection?.then(
        ({ client }) => client.destroy(),
        () => {},
      ),
  };
}
