import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorText } from './error-answer.ts';
import { HttpError } from './http-error.ts';
import { always } from './security-headers.ts';

/** Answers what Node could not read as a request: it never reaches the app. The connection is closed. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex, hasAnswered: boolean): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasAnswered) {
    socket.destroy();
    return;
  }
  const { status, ...shown } = problemOf(error.code);
  const body = errorText(new HttpError({ status, ...shown }), '');
  const headers = { ...always, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries({ ...headers, connection: 'close' }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`, () =>
    socket.destroy(),
  );
}

function problemOf(code: string | undefined) {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        status: 431,
        code: 'headers_too_large',
        message: 'The headers are too long',
        remedy: 'Send less in them, or have the operator raise http.headerBytes.',
      };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return {
        status: 408,
        code: 'request_timeout',
        message: 'The request did not arrive whole in its time',
        remedy: 'Send it faster, or have the operator raise http.requestTimeoutMs.',
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return {
        status: 413,
        code: 'body_too_large',
        message: 'The chunk extensions are too long',
        remedy: 'Send the body without chunk extensions.',
      };
    default:
      return {
        status: 400,
        code: 'not_http',
        message: 'This is not an HTTP request that this server can read',
        remedy: 'Speak HTTP/1.1; where the URL begins with https, use https.',
      };
  }
}
