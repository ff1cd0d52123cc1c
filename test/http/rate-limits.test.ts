import { afterEach, describe, expect, it, vi } from 'vitest';
import { callerOfAddress, RateLimit, rateLimitHeaders } from '../../src/http/rate-limits.ts';
import { closeHttpApps, rpcErrorOf, servedApp, tokenOf } from '../support-files/http-app.ts';

afterEach(async () => {
  vi.useRealTimers();
  await closeHttpApps();
});

describe('a rate limit', () => {
  it('lets the callers of a minute through, and all again after it', async () => {
    vi.useFakeTimers();
    const limit = new RateLimit(2);
    expect(await limit.take('a')).toEqual({ allowed: true, limit: 2, remaining: 1, resetSeconds: 60 });
    vi.advanceTimersByTime(20_000);
    expect(await limit.take('a')).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 40 });
    expect(await limit.take('a')).toMatchObject({ allowed: false, remaining: 0, resetSeconds: 40 });
    expect(await limit.look('a')).toMatchObject({ allowed: false });
    expect(await limit.take('b')).toMatchObject({ allowed: true, remaining: 1 });
    vi.advanceTimersByTime(40_000);
    expect(await limit.look('a')).toMatchObject({ allowed: true, remaining: 2 });
    expect(await limit.take('a')).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('takes bounded memory: who comes when it is full shares a count', async () => {
    const limit = new RateLimit(5);
    for (let caller = 0; caller < 50_000; caller += 1) await limit.take(`caller ${caller}`);
    for (let caller = 0; caller < 5; caller += 1)
      expect(await limit.take(`late ${caller}`)).toMatchObject({ allowed: true });
    expect(await limit.take('late 9')).toMatchObject({ allowed: false });
    expect(await limit.look('late 10')).toMatchObject({ allowed: false });
    expect(await limit.take('caller 7')).toMatchObject({ allowed: true, remaining: 3 });
  });

  it('counts an IPv6 customer as one, whatever address of the /64 it uses', () => {
    expect(callerOfAddress('2001:db8:1:2:3::4')).toBe(callerOfAddress('2001:db8:1:2:ffff::1'));
    expect(callerOfAddress('2001:db8:1:2::1')).not.toBe(callerOfAddress('2001:db8:1:3::1'));
    expect(callerOfAddress('192.0.2.1')).toBe('192.0.2.1');
  });

  it('is told as the draft says', () => {
    expect(rateLimitHeaders('requests', { allowed: false, limit: 5, remaining: 0, resetSeconds: 12 })).toEqual({
      'ratelimit-policy': '"requests";q=5;w=60',
      ratelimit: '"requests";r=0;t=12',
      'retry-after': '12',
    });
  });
});

const auth = (token: string) => ({ authorization: `Bearer ${token}` });

describe('requests over HTTP', () => {
  it('are limited by whose token it is, and told so on each answer', async () => {
    const served = await servedApp({ 'http.rateLimit.requestsPerMinute': 2 });
    const ask = (name: string) => served.post('/mcp', '{}', auth(tokenOf(name, 'viewer')));
    const first = await ask('one');
    expect([first.status, first.headers.get('ratelimit-policy'), first.headers.get('ratelimit')]).toEqual([
      200,
      '"requests";q=2;w=60',
      '"requests";r=1;t=60',
    ]);
    expect((await ask('one')).status).toBe(200);
    const third = await ask('one');
    expect(third.status).toBe(429);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(third.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);
    expect(rpcErrorOf(await third.text()).data.code).toBe('rate_limited');
    expect((await ask('two')).status).toBe(200);
    expect((await served.get('/health')).status).toBe(200);
  });

  it('are served again after the minute', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const served = await servedApp({ 'http.rateLimit.requestsPerMinute': 1 });
    expect((await served.get('/health')).status).toBe(200);
    expect((await served.get('/health')).status).toBe(429);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await served.get('/health')).status).toBe(200);
  });

  it('in a batch count each', async () => {
    const served = await servedApp({ 'http.rateLimit.requestsPerMinute': 20 });
    const batch = (size: number) =>
      JSON.stringify(Array.from({ length: size }, (_, id) => ({ jsonrpc: '2.0', id, method: 'ping' })));
    expect((await served.post('/mcp', batch(15))).status).toBe(200);
    expect((await served.post('/mcp', batch(10))).status).toBe(429);
  });

  it('have no limit where it is 0', async () => {
    const served = await servedApp({ 'http.rateLimit.requestsPerMinute': 0 });
    const answer = await served.get('/health');
    expect(answer.headers).not.toHaveProperty('ratelimit');
  });

  it('without a valid token are limited by address, apart from the others', async () => {
    const served = await servedApp({ 'http.rateLimit.failuresPerMinute': 2, 'http.trustedProxies': ['127.0.0.1'] });
    const ask = async (token: string, from = '203.0.113.1') => {
      const answer = await served.get('/admin/x', { ...auth(token), 'x-forwarded-for': from });
      return answer.status;
    };
    expect(await ask(tokenOf('good', 'viewer'))).toBe(404);
    expect([await ask('wrong'), await ask('wrong'), await ask('wrong')]).toEqual([401, 401, 429]);
    expect(await ask(tokenOf('new', 'viewer'))).toBe(429); // not even the right one is looked at
    expect(await ask(tokenOf('good', 'viewer'))).toBe(404); // known to be good: its owner is not shut out
    expect(await ask('wrong', '203.0.113.2')).toBe(401);
    expect((await served.get('/health', { 'x-forwarded-for': '203.0.113.1' })).status).toBe(200);
  });

  it('on health try no more tokens than elsewhere', async () => {
    const served = await servedApp({ 'http.rateLimit.failuresPerMinute': 2 });
    for (let count = 0; count < 2; count += 1) {
      const answer = await served.get('/health', auth('wrong'));
      expect(Object.keys(JSON.parse(answer.body))).toEqual(['status', 'checkedAt']);
    }
    const right = await served.get('/health', auth(tokenOf('new', 'viewer')));
    expect(right.status).toBe(200);
    expect(Object.keys(JSON.parse(right.body))).toEqual(['status', 'checkedAt']);
    expect((await served.get('/admin/x', auth('wrong'))).status).toBe(429);
  });
});
