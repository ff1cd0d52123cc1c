import { createServer } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { AccessError } from '../../src/access/access-error.ts';
import type { Grant } from '../../src/access/grant.ts';
import { authInfo, httpAccess, requireScope } from '../../src/http/authenticate.ts';
import { errorAnswer } from '../../src/http/error-answer.ts';
import type { HttpEnv } from '../../src/http/http-env.ts';
import { challengeOf, mcpUrl, protectedResourceRoutes } from '../../src/http/protected-resource.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';

vi.setConfig({ testTimeout: 30_000 });

const viewer: Grant = { principal: 'token:ci', scopes: ['viewer'], expiresAt: 1_772_366_400_999 };
const tried: string[] = [];
const verifier = {
  async verify(token: string): Promise<Grant> {
    tried.push(token);
    if (token === 'good') return viewer;
    if (token === 'expired') throw new AccessError('token_expired', 'The token has expired');
    if (token === 'away') throw new AccessError('authorization_server_unavailable', 'The authorization server is away');
    if (token === 'broken') throw new RangeError('our own fault');
    throw new AccessError('invalid_token', 'The token is not known: "\\é\n"');
  },
};

const { oauth } = configWith({
  'access.oauth.issuer': 'https://login.example.com/tenant',
  'access.oauth.scopePrefix': 'hr:',
}).access;
const publicUrl = 'https://routing.example.com';

function appWith({ oauth: configured = oauth, baseUrl = publicUrl, none = false } = {}) {
  const resource = () => mcpUrl(baseUrl);
  const parts = { oauth: none ? undefined : configured, resource };
  const access = httpAccess({ verifier, challenge: challengeOf(parts) });
  const { logger, lines } = recordingLogger();
  const app = new Hono<HttpEnv>();
  app.onError((thrown, c) => errorAnswer({ thrown, path: c.req.path, logger }));
  app.use(async (c, next) => {
    c.set('address', '192.0.2.1');
    await next();
  });
  app.use('/mcp', access.authenticate);
  app.use('/admin/*', access.authenticate);
  app.use('/health', access.optionalAuthenticate);
  app.get('/mcp', (c) => c.json(access.authInfoOf(c)));
  app.get('/admin/view', requireScope(['viewer', 'operator']), (c) => c.json(c.var.grant));
  app.get('/admin/block', requireScope(['security']), (c) => c.json({}));
  app.get('/admin/plans', requireScope(['operator', 'security']), (c) => c.json({}));
  app.get('/health', (c) => c.json(c.var.grant));
  app.get('/nobody', requireScope(['viewer']), (c) => c.json({}));
  app.route('/', protectedResourceRoutes(parts));
  return { app, lines };
}

interface Asked {
  authorization?: string;
  none?: boolean;
}

async function ask(path: string, { authorization, none = false }: Asked = {}) {
  const { app } = appWith({ none });
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const response = await app.request(path, { headers });
  return { status: response.status, challenge: response.headers.get('www-authenticate'), body: await response.json() };
}

const metadata = 'resource_metadata="https://routing.example.com/.well-known/oauth-protected-resource/mcp"';
const told = `scope="hr:viewer", ${metadata}`;
const malformed =
  'error="invalid_token", error_description="The Authorization header is not one well-formed bearer token"';

describe('a protected route', () => {
  it.each(['good', '  good'])('lets a good token in: Bearer %s', async (token) => {
    expect((await ask('/admin/view', { authorization: `Bearer ${token}` })).body).toEqual(viewer);
    expect((await ask('/admin/view', { authorization: `bEARER ${token}` })).status).toBe(200);
  });

  it('says where to get a token, and names no error, where none came', async () => {
    const challenge = `Bearer realm="hybrid-routing-mcp", ${told}`;
    expect(await ask('/admin/view')).toMatchObject({
      status: 401,
      challenge,
      body: { error: { code: 'token_required' } },
    });
  });

  it('says nothing of OAuth where there is none', async () => {
    expect((await ask('/admin/view', { none: true })).challenge).toBe('Bearer realm="hybrid-routing-mcp"');
    expect((await ask('/admin/view', { none: true, authorization: 'Bearer expired' })).challenge).toBe(
      'Bearer realm="hybrid-routing-mcp", error="invalid_token", error_description="The token has expired"',
    );
    expect((await ask('/admin/block', { none: true, authorization: 'Bearer good' })).challenge).toBe(
      'Bearer realm="hybrid-routing-mcp", error="insufficient_scope", error_description="This needs the scope security", scope="security"',
    );
  });

  it('refuses a token that ended, with the reason', async () => {
    const error = 'error="invalid_token", error_description="The token has expired"';
    expect(await ask('/admin/view', { authorization: 'Bearer expired' })).toEqual({
      status: 401,
      challenge: `Bearer realm="hybrid-routing-mcp", ${error}, ${told}`,
      body: {
        error: {
          code: 'token_expired',
          message: 'The token has expired',
          remedy: 'Get a new token from whoever gave you this one.',
        },
      },
    });
  });

  it('keeps what could break out of the header out of it', async () => {
    const { status, challenge } = await ask('/admin/view', { authorization: 'Bearer unknown' });
    const error = 'error="invalid_token", error_description="The token is not known: ?????"';
    expect([status, challenge]).toEqual([401, `Bearer realm="hybrid-routing-mcp", ${error}, ${told}`]);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'good',
    'Basic Z29vZDpnb29k',
    'Bearer good good',
    'Bearer good, Bearer good',
    'Bearer=good',
    'Bearer "good"',
    'Bearer gööd',
    'Bearer go=od',
    'BearerX good',
    'Token good',
  ])('refuses a header that is none: %j', async (authorization) => {
    tried.length = 0;
    const { status, challenge } = await ask('/admin/view', { authorization });
    expect([status, challenge]).toEqual([401, `Bearer realm="hybrid-routing-mcp", ${malformed}, ${told}`]);
    expect(tried).toEqual([]);
  });

  it.each(['?access_token=good', '?token=good', '?authorization=Bearer%20good'])(
    'takes no token from %s',
    async (query) => {
      expect((await ask(`/admin/view${query}`)).body).toMatchObject({ error: { code: 'token_required' } });
    },
  );

  it('says 503 while the authorization server is away, and accuses no token', async () => {
    const { status, challenge, body } = await ask('/admin/view', { authorization: 'Bearer away' });
    expect({ status, challenge, body }).toMatchObject({
      status: 503,
      challenge: null,
      body: { error: { code: 'authorization_server_unavailable' } },
    });
  });

  it('fails where the verifier fails: nobody comes in', async () => {
    const { status, body } = await ask('/admin/view', { authorization: 'Bearer broken' });
    expect([status, body]).toMatchObject([500, { error: { code: 'internal_error' } }]);
  });
});

describe('a scope', () => {
  it('that is missing is named', async () => {
    const error = 'error="insufficient_scope", error_description="This needs the scope security"';
    expect(await ask('/admin/block', { authorization: 'Bearer good' })).toEqual({
      status: 403,
      challenge: `Bearer realm="hybrid-routing-mcp", ${error}, scope="hr:security", ${metadata}`,
      body: {
        error: {
          code: 'insufficient_scope',
          message: 'This needs the scope security',
          remedy: 'Use a token with the scope security.',
        },
      },
    });
  });

  it('is one of several', async () => {
    const { challenge } = await ask('/admin/plans', { authorization: 'Bearer good' });
    expect(challenge).toContain(
      'error_description="This needs the scope operator or security", scope="hr:operator hr:security"',
    );
  });

  it('is never there without authentication', async () => {
    expect(await ask('/nobody', { authorization: 'Bearer good' })).toMatchObject({
      status: 401,
      challenge: 'Bearer realm="hybrid-routing-mcp"',
    });
  });
});

describe('an open route', () => {
  it.each([
    ['without a token', undefined, 200, null],
    ['with a good token', 'Bearer good', 200, viewer],
    ['with a token that cannot be checked now', 'Bearer away', 200, null],
  ])('answers %s', async (_what, authorization, status, body) => {
    expect(await ask('/health', authorization === undefined ? {} : { authorization })).toMatchObject({ status, body });
  });

  it.each(['Bearer expired', 'Bearer unknown', 'Basic eA=='])('refuses %s', async (authorization) => {
    expect((await ask('/health', { authorization })).status).toBe(401);
  });
});

describe('what the tools are told', () => {
  it('is whose token it is, and never the token', async () => {
    const { body } = await ask('/mcp', { authorization: 'Bearer good' });
    expect(body).toEqual({
      token: '',
      clientId: 'token:ci',
      scopes: ['viewer'],
      expiresAt: 1_772_366_400,
      extra: { address: '192.0.2.1' },
      resourceMetadataUrl: 'https://routing.example.com/.well-known/oauth-protected-resource/mcp',
    });
  });

  it('has no end where the token has none', () => {
    const info = authInfo({ ...viewer, expiresAt: null }, '::1', undefined);
    expect(info).toEqual({ token: '', clientId: 'token:ci', scopes: ['viewer'], extra: { address: '::1' } });
  });
});

describe('protected-resource metadata', () => {
  const document = {
    resource: 'https://routing.example.com/mcp',
    authorization_servers: ['https://login.example.com/tenant'],
    scopes_supported: ['hr:viewer', 'hr:operator', 'hr:security', 'hr:compliance'],
    bearer_methods_supported: ['header'],
    resource_name: 'Hybrid Routing MCP',
  };
  const root = '/.well-known/oauth-protected-resource';

  it.each([root, `${root}/mcp`])('is at %s', async (path) => {
    expect(await ask(path)).toMatchObject({ status: 200, body: document });
  });

  it('is where the challenge says, also under a path', async () => {
    const { app } = appWith({ baseUrl: 'https://example.com/routing/' });
    const response = await app.request('/mcp');
    const url = /resource_metadata="([^"]+)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1] ?? '';
    expect(url).toBe('https://example.com/.well-known/oauth-protected-resource/routing/mcp');
    const answer = await app.request(new URL(url).pathname);
    expect(await answer.json()).toEqual({ ...document, resource: 'https://example.com/routing/mcp' });
    expect((await app.request(`${root}/other`)).status).toBe(404);
  });

  it('is nowhere without an authorization server', async () => {
    const { app } = appWith({ none: true });
    for (const path of [root, `${root}/mcp`]) expect((await app.request(path)).status).toBe(404);
  });
});

describe('over a socket', () => {
  const { app } = appWith();
  const server = createServer(getRequestListener(app.fetch));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('two Authorization headers are none', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const answered = (headers: string) =>
      new Promise<string>((resolve, reject) => {
        let text = '';
        const socket = connect(port, '127.0.0.1');
        socket.on('data', (part) => {
          text += part.toString();
        });
        socket.on('end', () => resolve(text.split('\r\n')[0] ?? ''));
        socket.on('error', reject);
        socket.write(`GET /admin/view HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`);
      });
    expect(await answered('Authorization: Bearer good\r\n')).toBe('HTTP/1.1 200 OK');
    expect(await answered('Authorization: Bearer good\r\nAuthorization: Bearer other\r\n')).toContain('401');
    expect(await answered('Authorization: Bearer good\r\nauthorization: Bearer good\r\n')).toContain('401');
  });
});
