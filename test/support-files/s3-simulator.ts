import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type SimulatedAws, serveAws } from './simulated-aws.ts';

/**
 * What a call meets instead of its answer. `lost`: the call is carried out, and its answer is not sent; `damaged`: a body
 * that is not of its checksum.
 */
type S3Fault = 'denied' | 'no_bucket' | 'slow_down' | 'conflict' | 'hang' | 'lost' | 'damaged';

interface S3Request {
  method: string;
  /** Key of the object; empty for a list. */
  key: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
}

export interface S3Simulator extends SimulatedAws {
  bucket: string;
  /** Objects by key. */
  objects: Map<string, string>;
  requests: S3Request[];
  /** The next `times` calls meet this fault; all of them by default. */
  fail(fault: S3Fault, times?: number): void;
  /** Ends the fault, and forgets objects and requests. */
  reset(): void;
}

const refusals: Partial<Record<S3Fault, [status: number, code: string]>> = {
  denied: [403, 'AccessDenied'],
  no_bucket: [404, 'NoSuchBucket'],
  slow_down: [503, 'SlowDown'],
  conflict: [409, 'ConditionalRequestConflict'],
};

/** A bucket of S3, path style: PutObject with If-None-Match and SHA-256, GetObject, ListObjectsV2. */
export async function simulatedS3(): Promise<S3Simulator> {
  const bucket = 'audit-anchors';
  const objects = new Map<string, string>();
  const requests: S3Request[] = [];
  let failing: { fault: S3Fault; times: number } | undefined;

  const served = await serveAws((incoming, raw, response) => {
    const request = requestOf(incoming, bucket);
    requests.push(request);
    const fault = failing && failing.times > 0 ? failing.fault : undefined;
    if (failing) failing.times -= 1;
    const refusal = fault && refusals[fault];
    if (refusal) {
      refuse(response, ...refusal);
      return;
    }
    if (fault === 'hang') return;
    if (fault === 'lost') response.end = () => response.destroy();
    answer({ request, body: raw.toString(), objects, response, damaged: fault === 'damaged' });
  });

  return {
    ...served,
    bucket,
    objects,
    requests,
    fail(fault, times = Number.POSITIVE_INFINITY) {
      failing = { fault, times };
    },
    reset() {
      failing = undefined;
      objects.clear();
      requests.length = 0;
    },
  };
}

function requestOf({ method = '', url = '', headers }: IncomingMessage, bucket: string): S3Request {
  const { pathname, searchParams } = new URL(url, 'http://s3');
  const path = decodeURIComponent(pathname);
  const key = path.startsWith(`/${bucket}/`) ? path.slice(bucket.length + 2) : '';
  return { method, key, query: searchParams, headers };
}

interface Exchange {
  request: S3Request;
  body: string;
  objects: Map<string, string>;
  response: ServerResponse;
  damaged: boolean;
}

function answer({ request, body, objects, response, damaged }: Exchange): void {
  const { method, key, headers, query } = request;
  const object = objects.get(key);
  if (method === 'PUT') {
    if (headers['x-amz-checksum-sha256'] !== sha256(body)) refuse(response, 400, 'BadDigest');
    else if (headers['if-none-match'] === '*' && object !== undefined) refuse(response, 412, 'PreconditionFailed');
    else {
      objects.set(key, body);
      response.writeHead(200, { etag: '"simulated"' }).end();
    }
  } else if (key === '') {
    response.writeHead(200, { 'content-type': 'application/xml' }).end(list(objects, query));
  } else if (object === undefined) {
    refuse(response, 404, 'NoSuchKey');
  } else {
    sendObject({ object, damaged, headers, response });
  }
}

interface Sending {
  object: string;
  damaged: boolean;
  headers: IncomingHttpHeaders;
  response: ServerResponse;
}

/** The object, or the range of it that is asked for; its checksum goes with the whole alone. */
function sendObject({ object, damaged, headers, response }: Sending): void {
  const bytes = Buffer.from(damaged ? object.replace(/.$/s, '?') : object);
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? [];
  const part = bytes.subarray(Number(first), last === '' ? bytes.length : Number(last) + 1);
  const whole = part.length === bytes.length;
  response.writeHead(headers.range === undefined ? 200 : 206, {
    'content-length': part.length,
    'content-range': `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`,
    ...(whole && headers['x-amz-checksum-mode'] === 'ENABLED' ? { 'x-amz-checksum-sha256': sha256(object) } : {}),
  });
  response.end(part);
}

function list(objects: Map<string, string>, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('start-after') ?? '';
  const most = Math.min(Number(query.get('max-keys') ?? 1_000), 1_000);
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const contents = keys.slice(0, most).map((key) => `<Contents><Key>${key}</Key></Contents>`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${keys.length > most}</IsTruncated>${contents.join('')}</ListBucketResult>`;
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>Simulated.</Message></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(xml);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
