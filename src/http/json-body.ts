import type { IncomingMessage } from 'node:http';
import { isJsonContentType } from '@modelcontextprotocol/server';
import { messageOf } from '../config/errors.ts';
import { HttpError } from './http-error.ts';
import { isDeeperThan } from './json-depth.ts';

/** How deep a JSON body may nest: far over what any tool's arguments need. */
const deepest = 64;

/**
 * The JSON that a request carries. Reads no more than it must: a body that says that it is too long, or is found to be, is not
 * read to its end.
 * @param untyped whether JSON is taken too that is sent as a form: so curl -d sends it, as runbooks do
 * @throws HttpError 400 not JSON or nested too deep, 413 too long, 415 not sent as JSON
 */
export async function readJson(incoming: IncomingMessage, limit: number, { untyped = false } = {}): Promise<unknown> {
  checkType(incoming.headers, untyped);
  const body = await bodyOf(incoming, limit);
  if (isDeeperThan(body, deepest)) {
    throw new HttpError({
      status: 400,
      code: 'json_too_deep',
      message: `The body nests deeper than ${deepest} levels`,
      remedy: 'Send a flatter body.',
    });
  }
  try {
    return JSON.parse(body);
  } catch {
    // The engine's message quotes the text, which may be a prompt or a secret.
    throw new HttpError({
      status: 400,
      code: 'not_json',
      message: body === '' ? 'The body is empty' : 'The body is not JSON',
      remedy: 'Send one JSON value as the body, in UTF-8.',
    });
  }
}

function checkType(headers: IncomingMessage['headers'], untyped: boolean): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    throw unsupported(`The body is encoded as ${JSON.stringify(encoding.slice(0, 40))}`, 'Send it without encoding.');
  }
  const type = headers['content-type'] ?? null;
  const asForm = untyped && type === 'application/x-www-form-urlencoded';
  if (!asForm && !isJsonContentType(type)) {
    throw unsupported('The body is not sent as JSON', 'Send it with the header Content-Type: application/json.');
  }
}

function unsupported(message: string, remedy: string): HttpError {
  return new HttpError({ status: 415, code: 'unsupported_media_type', message, remedy });
}

/** How long a client that sends too much may go on before its connection is ended, in ms: it has to see the answer. */
const lingerMs = 500;

/** From Node's own stream: a web request around it costs as much as the rest of the reading. */
function bodyOf(incoming: IncomingMessage, limit: number): Promise<string> {
  // Nothing of it need be sent.
  if (Number(incoming.headers['content-length'] ?? 0) > limit)
    return Promise.reject(tooLarge(limit, { connection: 'close' }));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (done: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      // An error that comes later is of a request that has its answer.
      incoming.on('error', () => undefined);
      done();
    };
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length <= limit) return;
      linger(incoming);
      settle(() => reject(tooLarge(limit)));
    };
    const onEnd = () => settle(() => resolve(Buffer.concat(chunks).toString('utf8')));
    const onError = (error: Error) => settle(() => reject(incomplete(error)));
    const onClose = () => onError(new Error('the connection has ended'));
    incoming.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
  });
}

/** The client has gone, or its time is over: nobody reads this, and it is no fault of the server. */
function incomplete(cause: Error): HttpError {
  return new HttpError({
    status: 400,
    code: 'body_incomplete',
    message: `The body has not arrived whole: ${messageOf(cause)}`,
    remedy: 'Send it again.',
  });
}

/** What is left of a body is thrown away for a moment, in which the client can read why, and then not read at all. */
function linger(incoming: IncomingMessage): void {
  const end = setTimeout(() => incoming.socket.destroy(), lingerMs);
  incoming.once('close', () => clearTimeout(end));
  incoming.resume();
}

function tooLarge(limit: number, headers: Readonly<Record<string, string>> = {}): HttpError {
  return new HttpError({
    status: 413,
    code: 'body_too_large',
    message: `The body is longer than ${limit} bytes`,
    remedy: 'Send a shorter one, or have the operator raise http.bodyBytes.',
    headers,
  });
}
