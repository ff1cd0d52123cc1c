import { afterEach, describe, expect, it } from 'vitest';
import { componentNames } from '../../src/health/components.ts';
import { closeHttpApps, errorOf, rpcErrorOf, servedApp, tokenOf } from '../support-files/http-app.ts';

afterEach(closeHttpApps);

const viewer = { authorization: `Bearer ${tokenOf('ci', 'viewer')}` };
const noViewer = { authorization: `Bearer ${tokenOf('ci', 'compliance')}` };

describe('health without a token', () => {
  it('tells states and nothing else', async () => {
    const served = await servedApp({ 'direct.region': 'eu-central-1' });
    const brief = JSON.parse((await served.get('/health')).body);
    expect(brief).toEqual({ status: 'healthy', checkedAt: expect.any(String) });
    const detailed = JSON.parse((await served.get('/health/detailed')).body);
    expect(Object.keys(detailed)).toEqual(['status', 'checkedAt', 'components']);
    expect(Object.keys(detailed.components)).toEqual([...componentNames]);
    for (const component of Object.values(detailed.components))
      expect(component).toEqual({ status: expect.any(String) });
    for (const name of componentNames) {
      for (const path of [`/health/${name}`, `/health/component/${name}`]) {
        const one = JSON.parse((await served.get(path)).body);
        expect(one).toEqual({ status: detailed.components[name].status, checkedAt: expect.any(String), name });
      }
    }
  });

  it.each([
    ['a token that is wrong', { authorization: 'Bearer wrong' }],
    ['a token of another scope', noViewer],
  ])('is the same with %s', async (_, headers) => {
    const served = await servedApp();
    const { body } = await served.get('/health/detailed', headers);
    expect(Object.keys(JSON.parse(body))).toEqual(['status', 'checkedAt', 'components']);
  });

  it('says where it is simulated', async () => {
    const served = await servedApp({ simulate: true });
    expect(JSON.parse((await served.get('/health')).body)).toMatchObject({ simulated: true });
  });

  it('is 404 for a component that there is not', async () => {
    const served = await servedApp();
    for (const path of ['/health/none', '/health/component/none', '/health/component/constructor']) {
      expect((await served.get(path)).status).toBe(404);
    }
  });
});

describe('health with a token', () => {
  it('tells everything', async () => {
    const served = await servedApp();
    const detailed = JSON.parse((await served.get('/health/detailed', viewer)).body);
    expect(detailed).toMatchObject({ status: 'healthy', simulated: false });
    expect(Object.keys(detailed)).toEqual(expect.arrayContaining(['findings', 'kpis', 'next', 'notices']));
    const [first = ''] = componentNames;
    expect(detailed.components[first]).toMatchObject({ cause: null, dependsOn: expect.any(Array) });
    const one = JSON.parse((await served.get(`/health/component/${first}`, viewer)).body);
    expect(one).toMatchObject({ name: first, dependsOn: expect.any(Array), status: detailed.components[first].status });
  });

  it('leaves out what is healthy where it is asked to', async () => {
    const served = await servedApp();
    const whole = JSON.parse((await served.get('/health/detailed', viewer)).body);
    const sick = JSON.parse((await served.get('/health/detailed?onlyUnhealthy=true', viewer)).body);
    const expected = Object.entries(whole.components).filter(
      ([, value]) => JSON.stringify(value).includes('"healthy"') === false,
    );
    expect(Object.keys(sick.components)).toEqual(expected.map(([name]) => name));
  });

  it('is in the access log; without one it is not', async () => {
    const served = await servedApp();
    await served.get('/health');
    expect(served.app.audit.rows).toEqual([]);
    await served.get('/health', viewer);
    await expect.poll(() => JSON.stringify(served.app.audit.rows)).toContain('token:ci');
  });
});

describe('a request', () => {
  it.each(['/mcp', '/sse', '/messages', '/admin', '/admin/cache/stats', '/test/emergency-operation'])(
    'to %s needs a token',
    async (path) => {
      const served = await servedApp();
      const answer = await served.get(path);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('Bearer');
    },
  );

  it.each([
    ['PUT', '/mcp', 'GET, HEAD, DELETE, POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/health/detailed', 'GET, HEAD'],
    ['DELETE', '/sse', 'GET, HEAD'],
    ['GET', '/messages', 'POST'],
  ])('%s %s is no method of it', async (method, path, allow) => {
    const served = await servedApp();
    const answer = await fetch(`${served.url}${path}`, { method, headers: viewer });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    const text = await answer.text();
    expect(path === '/mcp' ? rpcErrorOf(text).data.code : errorOf(text).code).toBe('method_not_allowed');
  });

  it.each(['TRACE', 'BREW', 'PROPFIND'])('of another method is refused: %s', async (method) => {
    const served = await servedApp();
    const answer = await served.raw(`${method} /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
    expect([400, 405]).toContain(answer.status);
    expect(JSON.parse(answer.body)).toHaveProperty('error.code');
  });

  it('to no path is 404, as JSON', async () => {
    const served = await servedApp();
    for (const path of ['/', '/nothing', '/health/detailed/more', '/..%2f..%2fetc/passwd', '//health']) {
      const answer = await served.get(path);
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([404, 'not_found']);
    }
  });

  it('that fails for our fault is 500 without what failed, and is logged', async () => {
    const served = await servedApp({}, { handle: () => Promise.reject(new Error('secret detail at line 7')) });
    const answer = await served.post('/mcp', '{}');
    expect(answer.status).toBe(500);
    const text = await answer.text();
    expect(text).toContain('internal_error');
    expect(text).not.toContain('secret detail');
    expect(served.app.log.text()).toContain('secret detail at line 7');
  });

  it('is answered with what browsers must know, and without what we are', async () => {
    const served = await servedApp();
    for (const path of ['/health', '/nothing', '/mcp']) {
      const { headers } = await served.get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'content-type': 'application/json',
      });
      for (const name of ['server', 'x-powered-by', 'strict-transport-security', 'access-control-allow-origin']) {
        expect(headers).not.toHaveProperty(name);
      }
    }
  });

  it('has HSTS where clients come over TLS', async () => {
    const served = await servedApp({ 'http.publicUrl': 'https://router.example' });
    expect((await served.get('/health')).headers['strict-transport-security']).toBe('max-age=15552000');
  });
});

describe('while the server ends', () => {
  it('health says so, and nothing else is taken', async () => {
    const served = await servedApp();
    served.closing.now = true;
    for (const path of ['/health', '/health/detailed', '/health/mcp-router']) {
      const answer = await served.get(path);
      expect([answer.status, JSON.parse(answer.body).status]).toEqual([503, 'shutting_down']);
    }
    const refused = await served.post('/mcp', '{}');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(rpcErrorOf(await refused.text()).data.code).toBe('shutting_down');
  });
});

describe('addresses', () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const closed = { reason: 'attack', since: 1, expiresAt: Date.now() + 3_600_000 };

  it('that are blocked are refused behind a trusted proxy, whatever they write themselves', async () => {
    const served = await servedApp({ 'http.trustedProxies': ['127.0.0.1'] });
    await served.app.context.networks.block('203.0.113.0/24', closed);
    for (const said of ['203.0.113.9', '198.51.100.1, 203.0.113.9', '127.0.0.1, 203.0.113.9']) {
      const answer = await served.get('/health', from(said));
      expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([403, 'address_blocked']);
      expect(answer.body).not.toContain('attack');
    }
    expect((await served.get('/health', from('203.0.113.9, 198.51.100.1'))).status).toBe(200);
    expect((await served.get('/health')).status).toBe(200);
    const lines = served.app.log.lines().filter(({ event }) => event === 'SECURITY');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      code: 'address_blocked',
      network: '203.0.113.0/24',
      component: 'bedrock-support',
    });
    expect(served.http.refusals()).toEqual({ address_blocked: 3 });
    await served.app.context.networks.unblock('203.0.113.0/24');
    expect((await served.get('/health', from('203.0.113.9'))).status).toBe(200);
  });

  it('that a client without a trusted proxy writes are not believed', async () => {
    const served = await servedApp();
    await served.app.context.networks.block('203.0.113.0/24', closed);
    expect((await served.get('/health', from('203.0.113.9'))).status).toBe(200);
  });

  it('from outside are refused while external access is disabled', async () => {
    const served = await servedApp({ 'http.trustedProxies': ['127.0.0.1'], 'http.externalNetworks': ['10.0.0.0/8'] });
    await served.app.context.networks.external.replace(closed, null);
    const outside = await served.get('/health', from('198.51.100.1'));
    expect([outside.status, JSON.parse(outside.body).error.code]).toEqual([403, 'external_disabled']);
    expect((await served.get('/health', from('10.1.2.3'))).status).toBe(200);
    expect((await served.get('/health')).status).toBe(200);
  });
});
