import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AccessError } from '../../src/access/access-error.ts';
import { type Scope, scopes } from '../../src/config/scopes.ts';
import { adminRoutes } from '../../src/http/admin-routes.ts';
import { createHttpApp } from '../../src/http/app.ts';
import { httpAccess } from '../../src/http/authenticate.ts';
import { type Listening, listen } from '../../src/http/listen.ts';
import { openApiRoutes } from '../../src/http/openapi.ts';
import { routedActions } from '../../src/operations/registry.ts';
import { ownStateFolder } from '../support-files/config.ts';
import { tokenOf } from '../support-files/http-app.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';

const everything = tokenOf('all', ...scopes);
const app = scriptedApp(
  { 'http.port': 0, 'http.rateLimit.requestsPerMinute': 0, 'store.folder': ownStateFolder() },
  { withStore: true },
);
let listening: Listening;
beforeAll(async () => {
  const verifier = {
    async verify(token: string) {
      const [name = '', granted = ''] = token.split('.');
      if (name === 'unknown') throw new AccessError('invalid_token', 'The token is not known');
      const held = scopes.filter((scope) => granted.split('+').includes(scope));
      return { principal: `token:${name}`, scopes: held, expiresAt: null };
    },
  };
  const nothing = async () => {};
  const http = createHttpApp({
    context: app.context,
    access: httpAccess({ verifier, challenge: null }),
    mcp: { handle: async () => new Response() },
    sse: { open: nothing, message: nothing },
    isClosing: () => false,
    openRoutes: [openApiRoutes({ url: () => 'http://127.0.0.1' })],
    adminRoutes: [adminRoutes({ context: app.context })],
  });
  listening = await listen({ app: http, config: app.config.http, logger: app.logger });
});
afterAll(async () => {
  await listening.close();
  await app.state.store.close();
});

interface Sent {
  token?: string;
  body?: string;
  type?: string;
}
async function send(method: string, path: string, { token = everything, body, type = 'application/json' }: Sent = {}) {
  const answer = await fetch(`${listening.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, headers: answer.headers, json: z.looseObject({}).parse(await answer.json()) };
}
const errorOf = (json: unknown) =>
  z.object({ error: z.object({ code: z.string(), message: z.string(), remedy: z.string() }) }).parse(json).error;

/** What a route needs that has no default of its own. */
const needed: Readonly<Record<string, Record<string, unknown>>> = {
  '/admin/routing/config': { fallbackAggressiveness: 0.5 },
  '/admin/security/block-ip': { ip: '203.0.113.0/24' },
  '/admin/security/unblock-ip': { ip: '203.0.113.0/24' },
  '/admin/compliance/consent': { subject: 'x@example.com', purpose: 'support', decision: 'grant', noticeVersion: '1' },
  '/admin/compliance/erase-subject': { subject: 'x@example.com' },
};
const known = routedActions.filter(({ route }) => !route.path.includes('{') && !route.path.endsWith('/rollback'));
const overridesBefore = () => [app.overrides.current(), app.modes.current(), app.settings.current];

describe('every route', () => {
  it.each(known)(
    '$route.method $route.path answers as its operation says, and a dry run changes nothing',
    async (routed) => {
      const { operation, action, route } = routed;
      const before = overridesBefore();
      const given = needed[route.path];
      const dry = 'dryRun' in action.input.shape ? '?dryRun=true' : '';
      const body = given === undefined ? {} : { body: JSON.stringify(given) };
      const { status, json } = await send(route.method, `${route.path}${dry}`, body);
      expect(json).not.toHaveProperty('error');
      expect(status).toBe(200);
      expect(operation.output.safeParse(json).error?.issues ?? []).toEqual([]);
      expect(json[operation.by]).toBe(action.name);
      if (dry !== '') {
        expect(json.applied).toBe(false);
        expect(overridesBefore()).toEqual(before);
      }
    },
  );

  it.each(routedActions)('$route.method $route.path names the scope that is missing', async ({ action, route }) => {
    const others = scopes.filter((scope: Scope) => !action.scopes.includes(scope));
    const { status, headers, json } = await send(route.method, route.path.replace(/\{\w+\}/, 'P-0000-0000'), {
      token: tokenOf('other', ...others),
    });
    expect(status).toBe(403);
    expect(errorOf(json).code).toBe('insufficient_scope');
    const challenge = headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    for (const scope of action.scopes) expect(challenge).toContain(scope);
  });

  it('of another method is 405, with the one that it has', async () => {
    const { status, headers } = await send('GET', '/admin/emergency/enable');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });
});

describe('a change over HTTP', () => {
  it('holds, and is taken back by the route that is named as its undo', async () => {
    const path = '/admin/routing/force-mcp';
    const { json } = await send('POST', path, { body: '{"reason":"a test","durationSeconds":60}' });
    expect(json).toMatchObject({ applied: true, route: 'mcp' });
    expect(app.overrides.current()).toMatchObject({ route: 'mcp', reason: 'a test' });
    const undo = routedActions.find(({ route }) => route.path === path)?.route.undo ?? '';
    expect((await send('POST', undo)).json).toMatchObject({ applied: true, route: 'auto' });
    expect(app.overrides.current()).toBeNull();
  });

  it('of thresholds is taken back by its rollbackId', async () => {
    const before = app.settings.current.fallbackAggressiveness;
    const { json } = await send('POST', '/admin/routing/config', { body: '{"fallbackAggressiveness":0.25}' });
    expect(app.settings.current.fallbackAggressiveness).toBe(0.25);
    const { rollbackId } = z.object({ rollbackId: z.string() }).parse(json);
    await send('POST', '/admin/routing/config/rollback', { body: JSON.stringify({ rollbackId }) });
    expect(app.settings.current.fallbackAggressiveness).toBe(before);
  });

  it('has its row, with whose token it was', async () => {
    await send('POST', '/admin/routing/auto', { token: tokenOf('night-shift', 'operator') });
    const row = app.audit.rows.findLast(({ kind }) => kind === 'OVERRIDE');
    expect(row?.body).toMatchObject({
      caller: { transport: 'http', principal: 'token:night-shift', address: '127.0.0.1' },
    });
  });

  it('may say what it sends as curl does: as a form', async () => {
    const type = 'application/x-www-form-urlencoded';
    const { status, json } = await send('POST', '/admin/security/block-ip?dryRun=true', {
      body: '{"ip":"203.0.113.7"}',
      type,
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ after: { '203.0.113.7': expect.stringMatching(/^blocked until /) } });
  });

  it.each([
    ['a word for an address', '/admin/security/block-ip', '{"ip":"suspicious.ip.address"}', 'ip'],
    ['no address', '/admin/security/block-ip', '{}', 'ip: is missing'],
    ['this machine', '/admin/security/block-ip', '{"ip":"127.0.0.1"}', 'loopback'],
    ['everybody', '/admin/security/block-ip', '{"ip":"0.0.0.0/0"}', 'disable_external'],
    ['a threshold out of range', '/admin/routing/config', '{"fallbackAggressiveness":7}', 'fallbackAggressiveness'],
    ['a field that nobody knows', '/admin/routing/force-mcp', '{"why":"x"}', 'why'],
    ['what the route itself says', '/admin/emergency/disable', '{"reason":3}', 'reason'],
    ['a list', '/admin/routing/force-mcp', '[]', 'not a JSON object'],
    ['the contrary of its path', '/admin/security/lockdown', '{"enable":false}', 'enable: is not taken'],
    ['another action', '/admin/emergency/enable', '{"action":"maintenance"}', 'action: is not taken'],
    ['its dry run twice', '/admin/routing/force-mcp?dryRun=true', '{"dryRun":false}', 'dryRun: is given twice'],
    ['another plan than its path', '/admin/approve/P-0000-0000', '{"plan":"P-1111-1111"}', 'plan: is given twice'],
    ['a zone', '/admin/security/block-ip', '{"ip":"fe80::1%eth0"}', 'neither an IP address nor a network'],
  ])('is refused where it has %s', async (_, path, body, message) => {
    const { status, json } = await send('POST', path, { body });
    expect(status).toBe(400);
    expect(errorOf(json).message).toContain(message);
    expect(errorOf(json).remedy).not.toBe('');
  });

  it('is refused at once where it has a hundred thousand unknown fields, in a few words', async () => {
    const fields = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 1]));
    const { status, json } = await send('POST', '/admin/routing/force-mcp', { body: JSON.stringify(fields) });
    expect(status).toBe(400);
    expect(JSON.stringify(json).length).toBeLessThan(1_000);
  });

  it('of a block tells of the wider one that stays', async () => {
    await send('POST', '/admin/security/block-ip', { body: '{"ip":"192.0.2.0/24"}' });
    const inner = await send('POST', '/admin/security/unblock-ip', { body: '{"ip":"192.0.2.7"}' });
    expect(inner.json).toMatchObject({ after: { '192.0.2.7': 'refused by 192.0.2.0/24' } });
    const wider = await send('POST', '/admin/security/unblock-ip', { body: '{"ip":"192.0.0.0/16"}' });
    expect(wider.json).toMatchObject({ after: { '192.0.0.0/16': 'refused by 192.0.2.0/24' } });
    await send('POST', '/admin/security/unblock-ip', { body: '{"ip":"192.0.2.0/24"}' });
  });

  it('is refused in a lockdown, but for the lift', async () => {
    await send('POST', '/admin/security/lockdown', { body: '{"reason":"a test"}' });
    const refused = await send('POST', '/admin/routing/force-mcp');
    expect([refused.status, errorOf(refused.json).code]).toEqual([503, 'lockdown_mode']);
    expect((await send('GET', '/admin/security/posture')).status).toBe(200);
    expect((await send('POST', '/admin/security/lockdown/lift')).json).toMatchObject({ applied: true });
    expect((await send('POST', '/admin/routing/auto')).status).toBe(200);
  });
});

describe('a report over HTTP', () => {
  it('takes its arguments from the query', async () => {
    const { json } = await send('GET', '/admin/security/access-log?limit=1');
    expect(z.object({ rows: z.array(z.unknown()) }).parse(json).rows.length).toBeLessThanOrEqual(1);
    const bad = await send('GET', '/admin/security/access-log?limit=many');
    expect([bad.status, errorOf(bad.json).message]).toEqual([400, expect.stringContaining('limit is "many"')]);
  });
});

describe('a plan of an agent', () => {
  it('is decided on by its id in the path', async () => {
    const write = {
      principal: 'token:agent',
      action: 'security_response lockdown',
      scope: 'security' as const,
      arguments: {},
      protection: 'lowers' as const,
      reversible: true,
      summary: 'lifts the lockdown',
    };
    const { planId } = await app.context.confirmations.offer(write);
    expect((await send('GET', '/admin/plans')).json).toMatchObject({ plans: [{ id: planId, status: 'open' }] });
    const own = await send('POST', `/admin/approve/${planId}`, { token: tokenOf('agent', 'security') });
    expect([own.status, errorOf(own.json).code]).toEqual([403, 'approval_refused']);
    expect((await send('POST', `/admin/approve/${planId}`)).json).toMatchObject({ plans: [{ status: 'approved' }] });
    const unknown = await send('POST', '/admin/approve/P-0000-0000');
    expect(unknown.status).toBe(404);
  });
});

describe('openapi.json', () => {
  const documentSchema = z.looseObject({
    openapi: z.literal('3.1.0'),
    paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string().optional() }))),
  });

  it('describes every route, and no other', async () => {
    const answer = await fetch(`${listening.url}/openapi.json`);
    const { paths } = documentSchema.parse(await answer.json());
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const routes = routedActions.map(({ route }) => `${route.method} ${route.path}`);
    const tests = ['emergency', 'critical', 'mcp'].map((name) => `POST /test/${name}-operation`);
    const health = ['/health', '/health/detailed', '/health/component/{name}', '/health/{name}'].map(
      (path) => `GET ${path}`,
    );
    expect(described.sort()).toEqual([...routes, ...tests, ...health].sort());
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ operationId = [] }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('says scope, risk, undo and tool call', async () => {
    const { paths } = documentSchema.parse(await (await fetch(`${listening.url}/openapi.json`)).json());
    expect(paths['/admin/security/lockdown']?.post).toMatchObject({
      'x-risk': 'destructive',
      'x-scopes': ['security'],
      'x-undo': '/admin/security/lockdown/lift',
      'x-tool-call': { tool: 'security_response', arguments: { action: 'lockdown', enable: true } },
    });
  });
});
