import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Scope } from '../../src/config/scopes.ts';
import { authorizationServer, signed, signingKey, unsigned } from '../access/authorization-server.ts';
import { adminToken, endHttpServers, type HttpServer, startHttp } from './harness/http-server.ts';
import { until } from './harness/server.ts';

/** A case for each line of what is promised of authentication, confirmation and hardening, on the built server. */

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'hybrid-security-'));
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
  endHttpServers();
  rmSync(folder, { recursive: true, force: true });
});

const tokens = {
  viewer: token('viewer', ['viewer']),
  operator: token('operator', ['viewer', 'operator']),
  security: token('security', ['viewer', 'security']),
  compliance: token('compliance', ['compliance']),
  agent: token('agent', ['viewer', 'operator', 'security']),
  bot: token('bot', ['viewer', 'security'], undefined, true),
  expired: token('expired', ['viewer'], '2020-01-01T00:00:00Z'),
};

function token(name: string, scopes: Scope[], expiresAt?: string, agent?: boolean) {
  const secret = `hrm_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(secret).digest('hex');
  const more = { ...(expiresAt === undefined ? {} : { expiresAt }), ...(agent === undefined ? {} : { agent }) };
  return { secret, entry: { name, sha256, scopes, ...more } };
}

let issuer: Awaited<ReturnType<typeof authorizationServer>>;
let key: Awaited<ReturnType<typeof signingKey>>;
let server: HttpServer;
const audience = 'https://router.example/mcp';

beforeAll(async () => {
  issuer = await authorizationServer();
  closing.push(() => issuer.close());
  key = await signingKey('one');
  await issuer.serveKeys(key);
  server = await startHttp({
    args: ['--simulate'],
    config: {
      access: {
        tokens: Object.values(tokens).map(({ entry }) => entry),
        oauth: { issuer: issuer.issuer, jwksUrl: issuer.jwksUrl, audience },
      },
      http: { rateLimit: { requestsPerMinute: 0, failuresPerMinute: 10_000 }, trustedProxies: ['127.0.0.1'] },
    },
  });
});

const as = (secret: string, headers: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${secret}`, ...headers },
});
const post = (path: string, secret: string, body?: unknown, headers: Record<string, string> = {}) =>
  server.ask(path, {
    method: 'POST',
    ...as(secret, { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const codeOf = async (answer: Response) =>
  z.object({ error: z.object({ code: z.string() }) }).parse(await answer.json()).error.code;

const hour = 3_600;
const nowSeconds = () => Math.floor(Date.now() / 1_000);
const claims = (over: Record<string, unknown> = {}) => ({
  iss: issuer.issuer,
  aud: audience,
  sub: 'alice',
  iat: nowSeconds(),
  exp: nowSeconds() + hour,
  scope: 'viewer operator',
  ...over,
});

async function connected(
  secret: string,
  { mode = 'auto', elicits }: { mode?: 'auto' | 'legacy'; elicits?: boolean } = {},
) {
  const client = new Client(
    { name: 'security', version: '1' },
    { versionNegotiation: { mode }, capabilities: elicits === undefined ? {} : { elicitation: { form: {} } } },
  );
  if (elicits !== undefined) {
    client.setRequestHandler('elicitation/create', async () =>
      elicits ? { action: 'accept', content: { confirm: true } } : { action: 'decline' },
    );
  }
  await client.connect(new StreamableHTTPClientTransport(new URL(server.listening.mcp), { requestInit: as(secret) }));
  closing.push(() => client.close());
  return async (name: string, args: Record<string, unknown>) => {
    const result = await client.callTool({ name, arguments: args });
    const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    return {
      text,
      isError: result.isError === true,
      structured: z.looseObject({}).parse(result.structuredContent ?? {}),
    };
  };
}
const confirmationOf = (answer: { structured: Record<string, unknown> }) =>
  z.object({ token: z.string(), planId: z.string(), needsPerson: z.boolean() }).parse(answer.structured.confirmation);

describe('4. authentication', () => {
  it.each([
    ['POST', '/mcp'],
    ['GET', '/mcp'],
    ['GET', '/sse'],
    ['POST', '/messages?sessionId=x'],
    ['GET', '/admin/cache/stats'],
    ['POST', '/admin/emergency/enable'],
    ['POST', '/test/emergency-operation'],
  ])('%s %s wants a bearer token', async (method, path) => {
    const answer = await fetch(`${server.url}${path}`, { method });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('resource_metadata=');
    expect(answer.headers.get('www-authenticate')).not.toContain('error=');
  });

  it.each(['/health', '/health/detailed', '/health/component/direct-bedrock', '/health/mcp-router'])(
    '%s is open, and tells nothing of what stands behind it',
    async (path) => {
      const open = await (await fetch(`${server.url}${path}`)).text();
      const known = await (await fetch(`${server.url}${path}`, as(tokens.viewer.secret))).text();
      expect(open).toContain('"status"');
      expect(known.length).toBeGreaterThan(open.length);
      for (const detail of ['127.0.0.1', 'model', 'region', 'upstream', 'version', 'cause']) {
        expect(open).not.toContain(detail);
      }
    },
  );

  it('a token that is a query is none', async () => {
    const answer = await fetch(`${server.url}/admin/cache/stats?access_token=${tokens.viewer.secret}`);
    expect(answer.status).toBe(401);
  });

  it('static tokens carry their scopes, and what is missing is named', async () => {
    expect((await server.ask('/admin/cache/stats', as(tokens.viewer.secret))).status).toBe(200);
    const refused = await post('/admin/emergency/enable', tokens.viewer.secret);
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toMatch(/error="insufficient_scope".*scope="operator"/);
    expect((await server.ask('/admin/audit/gaps', as(tokens.compliance.secret))).status).toBe(200);
    expect((await post('/admin/security/lockdown', tokens.operator.secret)).status).toBe(403);
  });

  it('tokens are nowhere in what the server keeps and writes', async () => {
    for (const { secret } of Object.values(tokens)) expect(server.stderr()).not.toContain(secret);
    expect(server.stderr()).not.toContain(adminToken);
    const { stdout } = await run(
      'grep',
      ['-rlaF', '-e', tokens.viewer.secret, '-e', adminToken, server.state],
      {},
    ).catch(() => ({ stdout: '' }));
    expect(stdout).toBe('');
  });

  it.each(['expired', 'not-a-token', `${adminToken}x`, adminToken.slice(0, -1)])('%s lets nobody in', async (name) => {
    const secret = name === 'expired' ? tokens.expired.secret : name;
    const answer = await server.ask('/admin/cache/stats', as(secret));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it('who tries tokens is in the access log, with the address', async () => {
    const from = { 'x-forwarded-for': '198.51.100.77' };
    await server.ask('/admin/cache/stats', as('not-a-token', from));
    const log = await (await server.ask('/admin/security/access-log?limit=100')).text();
    expect(log).toContain('198.51.100.77');
    expect(log).toContain('invalid_token');
    expect(log).not.toContain('not-a-token');
  });

  it('the first token is made at first start, for its owner’s eyes alone', async () => {
    const fresh = await startHttp({ env: { HYBRID_ROUTING_ADMIN_TOKEN: undefined } });
    const file = fresh.listening.tokenFile ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const first = readFileSync(file, 'utf8').trim();
    expect((await fresh.ask('/admin/plans', as(first))).status).toBe(200);
    expect(fresh.stderr()).not.toContain(first);
  });

  describe('OAuth 2.1', () => {
    it('takes an access token of the issuer, with its scopes', async () => {
      const jwt = await signed(key, claims());
      expect((await post('/admin/emergency/enable?dryRun=true', jwt)).status).toBe(200);
      const refused = await post('/admin/security/lockdown?dryRun=true', jwt);
      expect(refused.status).toBe(403);
      expect(refused.headers.get('www-authenticate')).toContain('scope="security"');
    });

    it('says where tokens come from (RFC 9728)', async () => {
      const answer = await fetch(`${server.url}/.well-known/oauth-protected-resource/mcp`);
      expect(await answer.json()).toMatchObject({
        authorization_servers: [issuer.issuer],
        bearer_methods_supported: ['header'],
        scopes_supported: ['viewer', 'operator', 'security', 'compliance'],
      });
    });

    it.each([
      ['of another audience', () => signed(key, claims({ aud: 'https://other.example/mcp' }))],
      ['of another issuer', () => signed(key, claims({ iss: 'https://other.example' }))],
      ['that has expired', () => signed(key, claims({ exp: nowSeconds() - hour }))],
      ['that is not valid yet', () => signed(key, claims({ nbf: nowSeconds() + hour }))],
      ['without an end', () => signed(key, claims({ exp: undefined }))],
      ['with alg none', async () => unsigned({ alg: 'none', typ: 'at+jwt' }, claims())],
      ['of a key that the issuer does not have', async () => signed(await signingKey('two'), claims())],
    ])('refuses a token %s', async (_, make) => {
      const answer = await server.ask('/admin/cache/stats', as(await make()));
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    });

    it('over MCP asks for the scope that a tool needs', async () => {
      const jwt = await signed(key, claims({ scope: 'viewer' }));
      const body = {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'force_fallback', arguments: { route: 'auto' } },
      };
      const answer = await post('/mcp', jwt, body, { accept: 'application/json, text/event-stream' });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('www-authenticate')).toContain('scope="operator"');
    });
  });

  it('a token of an agent changes nothing on /admin, where nobody would be asked', async () => {
    const refused = await post('/admin/security/lockdown', tokens.bot.secret);
    expect([refused.status, await codeOf(refused)]).toEqual([403, 'agent_token']);
    expect((await post('/admin/security/lockdown?dryRun=true', tokens.bot.secret)).status).toBe(200);
    expect((await server.ask('/admin/security/posture', as(tokens.bot.secret))).status).toBe(200);
    const agent = await connected(tokens.bot.secret);
    expect(
      confirmationOf(await agent('security_response', { action: 'lockdown', enable: true, reason: 'x1y' })),
    ).toBeDefined();
  });

  it('resources and prompts are for viewers, and have their row', async () => {
    const clientOf = async (secret: string) => {
      const client = new Client({ name: 'reader', version: '1' }, { versionNegotiation: { mode: 'auto' } });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(server.listening.mcp), { requestInit: as(secret) }),
      );
      closing.push(() => client.close());
      return client;
    };
    const auditor = await clientOf(tokens.compliance.secret);
    for (const uri of [
      'health://overview',
      'metrics://live',
      'alerts://active',
      'config://routing',
      'runbook://index',
    ]) {
      await expect(auditor.readResource({ uri })).rejects.toThrow('insufficient_scope');
    }
    await expect(auditor.getPrompt({ name: 'incident_triage' })).rejects.toThrow('insufficient_scope');
    const viewer = await clientOf(tokens.viewer.secret);
    expect((await viewer.readResource({ uri: 'metrics://live' })).contents).toHaveLength(1);
    const log = await (await server.ask('/admin/security/access-log?limit=50', as(tokens.compliance.secret))).text();
    expect(log).toContain('read metrics-live');
    expect(log).toContain('token:viewer');
  });

  it('a token without a scope of ours has nothing to do on /mcp', async () => {
    const jwt = await signed(key, claims({ scope: 'openid profile' }));
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await post('/mcp', jwt, body, { accept: 'application/json, text/event-stream' })).status).toBe(403);
  });

  it('over MCP a static token without the scope gets a refusal that a model can read', async () => {
    const call = await connected(tokens.viewer.secret);
    const answer = await call('force_fallback', { route: 'auto' });
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('insufficient_scope: force_fallback needs the scope operator');
  });
});

describe('5. confirmation', () => {
  const force = { route: 'direct', reason: 'a test', durationSeconds: 60 };
  const lockdown = { action: 'lockdown', enable: true, reason: 'a leak' };
  const lift = { action: 'lockdown', enable: false };

  it.each(['auto', 'legacy'] as const)('asks the person at the client, %s', async (mode) => {
    const yes = await connected(tokens.operator.secret, { mode, elicits: true });
    expect((await yes('force_fallback', force)).structured).toMatchObject({ applied: true });
    await yes('force_fallback', { route: 'auto' });
    const no = await connected(tokens.operator.secret, { mode, elicits: false });
    expect((await no('force_fallback', force)).text).toContain('confirmation_declined');
    const { json } = { json: await (await server.ask('/health/detailed')).json() };
    expect(z.looseObject({ override: z.null() }).safeParse(json).success).toBe(true);
  });

  it('gives a token that is bound to caller, action and arguments, and works once', async () => {
    const agent = await connected(tokens.agent.secret);
    const other = await connected(tokens.operator.secret);
    const { token: confirm } = confirmationOf(await agent('force_fallback', force));
    expect((await other('force_fallback', { ...force, confirm })).text).toContain('confirmation_invalid');
    expect((await agent('force_fallback', { ...force, durationSeconds: 61, confirm })).text).toContain(
      'confirmation_invalid',
    );
    const switched = await agent('system_admin', { action: 'circuit_breaker_reset', confirm });
    expect(switched.text).toContain('confirmation_invalid');
    expect((await agent('force_fallback', { ...force, confirm })).structured).toMatchObject({ applied: true });
    expect((await agent('force_fallback', { ...force, confirm })).text).toContain('confirmation_invalid');
    await post('/admin/routing/auto', tokens.operator.secret);
  });

  it('takes a token to raise a protection, and a person to lower it', async () => {
    const agent = await connected(tokens.agent.secret);
    const raise = confirmationOf(await agent('security_response', lockdown));
    expect(raise.needsPerson).toBe(false);
    await agent('security_response', { ...lockdown, confirm: raise.token });
    const lower = confirmationOf(await agent('security_response', lift));
    expect(lower.needsPerson).toBe(true);
    const early = await agent('security_response', { ...lift, confirm: lower.token });
    expect(early.text).toContain('approval_pending');
    const own = await post(`/admin/approve/${lower.planId}`, tokens.agent.secret);
    expect([own.status, await codeOf(own)]).toEqual([403, 'approval_refused']);
    expect((await post(`/admin/approve/${lower.planId}`, tokens.operator.secret)).status).toBe(403);
    expect((await post(`/admin/approve/${lower.planId}`, tokens.security.secret)).status).toBe(200);
    const done = await agent('security_response', { ...lift, confirm: lower.token });
    expect(done.structured).toMatchObject({ applied: true });
  });

  it.each([
    ['force_fallback', force],
    ['system_admin', { action: 'emergency', enable: true, reason: 'a test' }],
    ['system_admin', { action: 'maintenance', enable: true, reason: 'a test' }],
    ['system_admin', { action: 'routing_config', thresholds: { fallbackAggressiveness: 0.1 } }],
    ['system_admin', { action: 'circuit_breaker_reset' }],
    ['security_response', lockdown],
    ['security_response', { action: 'block_ip', ip: '203.0.113.5', enable: true, reason: 'a test' }],
    ['security_response', { action: 'disable_external', enable: true, reason: 'a test' }],
    ['security_response', { action: 'erase_subject', subject: 'x@example.com' }],
  ])('%s %j shows its effect dry, without a question', async (tool, args) => {
    const agent = await connected(tokens.agent.secret);
    const shown = await agent(tool, { ...args, dryRun: true });
    expect(shown.structured).toMatchObject({ applied: false });
    expect(shown.structured).not.toHaveProperty('confirmation');
    expect(Object.keys(z.record(z.string(), z.unknown()).parse(shown.structured.effect))).not.toEqual([]);
  });
});

describe('6. hardening', () => {
  /** A request whose Host is what is given: fetch sets its own. */
  const raw = (headers: Record<string, string>, path = '/health') =>
    new Promise<{ status: number; body: string }>((resolve, reject) => {
      const { port } = new URL(server.url);
      const sent = rawRequest({ host: '127.0.0.1', port, path, headers }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => {
          body += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
      });
      sent.on('error', reject);
      sent.end();
    });
  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('refuses hosts and origins that are not its own', async () => {
    expect((await raw({ host: 'evil.example' })).status).toBe(403);
    expect((await raw({ host: '127.0.0.1', origin: 'https://evil.example' })).status).toBe(403);
    expect((await raw({ host: '127.0.0.1' })).status).toBe(200);
  });

  it('refuses bodies and headers over their limits, as JSON', async () => {
    const file = join(folder, 'large.json');
    writeFileSync(file, JSON.stringify({ text: 'x'.repeat(5_000_000) }));
    const header = (text: string) => ['-H', text];
    const headersOf = [...header(`authorization: Bearer ${adminToken}`), ...header('content-type: application/json')];
    const large = await run('curl', [
      '-s',
      '-w',
      '\n%{http_code}',
      ...headersOf,
      '-d',
      `@${file}`,
      `${server.url}/mcp`,
    ]);
    expect(large.stdout).toMatch(/body_too_large[\s\S]*\n413$/);
    const headers = await raw({ host: '127.0.0.1', 'x-long': 'x'.repeat(20_000) });
    expect(headers.status).toBe(431);
    expect(JSON.parse(headers.body)).toHaveProperty('error.remedy');
  });

  it('limits what a caller may ask in a minute, and says so', async () => {
    const small = await startHttp({ config: { http: { rateLimit: { requestsPerMinute: 5 } } } });
    const answers = await Promise.all(Array.from({ length: 8 }, () => small.ask('/admin/cache/stats')));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429, 429]);
    const limited = answers.find(({ status }) => status === 429);
    expect(limited?.headers.get('ratelimit')).toContain('r=0');
    expect(limited?.headers.get('ratelimit-policy')).toContain('q=5');
    expect(Number(limited?.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('blocks addresses and networks that come through a trusted proxy', async () => {
    const block = { ip: '203.0.113.0/24', reason: 'a test' };
    expect((await post('/admin/security/block-ip', tokens.security.secret, block)).status).toBe(200);
    expect((await fetch(`${server.url}/health`, { headers: from('203.0.113.77') })).status).toBe(403);
    // What a client puts before is not believed; the proxy's own word, the last, is.
    expect((await fetch(`${server.url}/health`, { headers: from('203.0.113.77, 198.51.100.1') })).status).toBe(200);
    expect((await post('/admin/security/unblock-ip', tokens.security.secret, { ip: block.ip })).status).toBe(200);
    expect((await fetch(`${server.url}/health`, { headers: from('203.0.113.77') })).status).toBe(200);
  });

  it('serves nobody from outside while external access is disabled', async () => {
    await post('/admin/security/disable-external', tokens.security.secret, { reason: 'a breach' });
    const outside = await fetch(`${server.url}/health`, { headers: from('198.51.100.1') });
    expect([outside.status, await codeOf(outside)]).toEqual([403, 'external_disabled']);
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    await post('/admin/security/enable-external', tokens.security.secret);
    expect((await fetch(`${server.url}/health`, { headers: from('198.51.100.1') })).status).toBe(200);
  });

  it('in a lockdown does health, security and audit reads, and the lift', async () => {
    await post('/admin/security/lockdown', tokens.security.secret, { reason: 'a leak' });
    const refused = await post('/admin/routing/force-mcp', tokens.operator.secret);
    expect([refused.status, await codeOf(refused)]).toEqual([503, 'lockdown_mode']);
    for (const path of [
      '/health',
      '/admin/security/posture',
      '/admin/audit/gaps',
      '/admin/security/access-log?limit=1',
    ]) {
      expect((await server.ask(path)).status).toBe(200);
    }
    expect((await post('/admin/security/lockdown/lift', tokens.security.secret)).status).toBe(200);
  });

  it('speaks TLS by file', async () => {
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', keyFile, '-out', certFile];
    await run('openssl', [...made, ...names]);
    const secure = await startHttp({ args: ['--simulate'], config: { http: { tls: { certFile, keyFile } } } });
    expect(secure.url).toMatch(/^https:/);
    const { stdout } = await run('curl', ['-s', '-D', '-', '--cacert', certFile, `${secure.url}/health`]);
    expect(stdout).toMatch(/^HTTP\/1.1 200/);
    expect(stdout.toLowerCase()).toContain('strict-transport-security');
  });

  it('tells browsers what they must not do', async () => {
    const { headers } = await server.ask('/admin/cache/stats');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it.each([
    ['at a metadata address', () => 'http://169.254.169.254/mcp', 'link-local'],
    ['that leads to one', redirecting, 'redirect'],
  ])('sends nothing to an upstream %s', async (_, urlOf, why) => {
    const upstream = { name: 'meta', url: await urlOf(), tool: 'ask' };
    const guarded = await startHttp({ config: { direct: { enabled: false }, mcp: { upstreams: [upstream] } } });
    const look = async () => (await guarded.ask('/health/component/mcp-router')).text();
    await until('it is refused', async () => (await look()).includes(why));
    expect(await look()).toContain('169.254.169.254');
  });
});

/** A server that sends every caller on to the metadata service. */
async function redirecting(): Promise<string> {
  const server = createServer((_, answer) => {
    answer.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return `http://127.0.0.1:${port}/mcp`;
}
