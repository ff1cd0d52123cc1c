import { createServer } from 'node:http';
import { CompactSign, type CryptoKey, exportJWK, generateKeyPair } from 'jose';

interface Answer {
  status?: number;
  body?: unknown;
  /** Never answered. */
  hangs?: boolean;
}

export interface SigningKey {
  kid: string;
  alg: string;
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicKey };
}

/** A JWT that a key has signed, of the type of access tokens. */
export function signed(key: SigningKey, claims: object, header: Record<string, unknown> = {}): Promise<string> {
  const protectedHeader = { alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header };
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** A JWT of any header and payload, whose signature is what is given. */
export function unsigned(header: object, payload: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

/** An authorization server as far as a resource server sees it, on loopback: metadata and keys, and what can go wrong. */
export async function authorizationServer(path = '') {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    const { status, body, hangs } = answers.get(url) ?? { status: 404 };
    if (hangs) return;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    response.writeHead(status ?? 200, { 'content-type': 'application/json', location: '/moved' }).end(text);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const origin = `http://127.0.0.1:${port}`;
  const issuer = origin + path;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    issuer,
    jwksUrl: `${origin}/jwks`,
    /** Paths that were asked for, in their order. */
    asked,
    answer: (at: string, answer: Answer) => void answers.set(at, answer),
    async serveKeys(...keys: SigningKey[]) {
      const jwks = await Promise.all(
        keys.map(async ({ kid, alg, publicKey }) => ({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' })),
      );
      answers.set('/jwks', { body: { keys: jwks } });
    },
    close,
    /** Again on the same port. */
    reopen: () => listen(port),
  };
}
