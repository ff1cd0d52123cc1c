import { isJsonContentType, readRequestBody } from '@modelcontextprotocol/server';
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
export async function readJson(request: Request, limit: number, { untyped = false } = {}): Promise<unknown> {
  checkType(request.headers, untyped);
  const body = await bodyOf(request, limit);
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

function checkType(headers: Headers, untyped: boolean): void {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') {
    throw unsupported(`The body is encoded as ${JSON.stringify(encoding.slice(0, 40))}`, 'Send it without encoding.');
  }
  const type = headers.get('content-type');
  const asForm = untyped && type === 'application/x-www-form-urlencoded';
  if (!asForm && !isJsonContentType(type)) {
    throw unsupported('The body is not sent as JSON', 'Send it with the header Content-Type: application/json.');
  }
}

function unsupported(message: string, remedy: string): HttpError {
  return new HttpError({ status: 415, code: 'unsupported_media_type', message, remedy });
}

async function bodyOf(request: Request, limit: number): Promise<string> {
  const body = await readRequestBody(request, limit).catch((cause: unknown) => {
    // The client has gone, or its time is over: nobody reads this, and it is no fault of the server.
    throw new HttpError({
      status: 400,
      code: 'body_incomplete',
      message: `The body has not arrived whole: ${messageOf(cause)}`,
      remedy: 'Send it again.',
    });
  });
  if (!body.tooLarge) return body.text;
  throw new HttpError({
    status: 413,
    code: 'body_too_large',
    message: `The body is longer than ${limit} bytes`,
    remedy: 'Send a shorter one, or have the operator raise http.bodyBytes.',
    // What is left of it is not read.
    headers: { connection: 'close' },
  });
}
