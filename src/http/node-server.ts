import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { ConfigError, messageOf } from '../config/errors.ts';
import type { HttpConfig } from '../config/http-schema.ts';

/** How often time limits are looked at, in ms. */
const checkMs = 500;

/** A server with the limits of the configuration, that does not listen yet. @throws ConfigError naming http.tls */
export function serverOf(config: HttpConfig): Server {
  const { headerBytes, headersTimeoutMs, requestTimeoutMs, keepAliveMs, tls } = config;
  const options: ServerOptions = {
    maxHeaderSize: headerBytes,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: Math.min(checkMs, headersTimeoutMs, requestTimeoutMs),
    // Node takes 0 for "for ever": here it means that a connection is not kept.
    keepAliveTimeout: Math.max(1, keepAliveMs),
    // The app says what is wrong with it, as JSON.
    requireHostHeader: false,
  };
  const server = tls ? tlsServer(options, tls, headersTimeoutMs) : createServer(options);
  if (keepAliveMs === 0) server.maxRequestsPerSocket = 1;
  return server;
}

function tlsServer(options: ServerOptions, files: NonNullable<HttpConfig['tls']>, handshakeTimeout: number): Server {
  const cert = contentOf('http.tls.certFile', files.certFile);
  const key = contentOf('http.tls.keyFile', files.keyFile);
  try {
    return createTlsServer({ ...options, cert, key, minVersion: 'TLSv1.2', handshakeTimeout });
  } catch (cause) {
    throw new ConfigError(
      `http.tls.certFile and http.tls.keyFile are no certificate with its key: ${messageOf(cause)}`,
      'Give the certificate chain and its private key, both as PEM and without a passphrase.',
      { cause },
    );
  }
}

function contentOf(key: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(
      `${key} ${file} cannot be read: ${messageOf(cause)}`,
      `Set ${key} to a PEM file that this user may read.`,
      { cause },
    );
  }
}
