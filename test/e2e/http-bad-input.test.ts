import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { unsigned } from '../access/authorization-server.ts';
import { adminToken, endHttpServers, type HttpServer, startHttp } from './harness/http-server.ts';

let server: HttpServer;
beforeAll(async () => {
  const config = { http: { rateLimit: { requestsPerMinute: 0, failuresPerMinute: 10_000 }, bodyBytes: 65_536 } };
  server = await startHttp({ args: ['--simulate'], config });
});
afterAll(() => endHttpServers());

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bad', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
const initialize = (protocolVersion: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name: 'bad', version: '1' } },
});

interface Sent {
  method?: string;
  path?: string;
  headers?: Record<string, string | null>;
  body?: unknown;
}
async function send({ method = 'POST', path = '/mcp', headers = {}, body }: Sent) {
  const all = new Headers({
    authorization: `Bearer ${adminToken}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  });
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) all.delete(name);
    else all.set(name, value);
  }
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${server.url}${path}`, {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: text }),
  });
  return { status: answer.status, text: await answer.text() };
}
const problem = z.union([
  z.looseObject({ error: z.looseObject({ code: z.union([z.number(), z.string()]), message: z.string().min(1) }) }),
  z.array(z.looseObject({ error: z.unknown() })),
]);

describe('over HTTP', () => {
  const cases: [string, Sent, number[]][] = [
    ['a body that is not JSON', { body: '{"jsonrpc":' }, [400]],
    ['no body', { body: '' }, [400]],
    ['JSON that is no message', { body: { hello: 'world' } }, [400]],
    ['a number', { body: 7 }, [400]],
    ['an empty batch', { body: [] }, [400]],
    ['a body nested 100,000 deep', { body: '['.repeat(60_000) }, [400]],
    ['a body over the limit', { body: { ...list, params: { x: 'y'.repeat(70_000) } } }, [413]],
    ['a method that is none', { method: 'PUT', body: list }, [405]],
    ['another content type', { headers: { 'content-type': 'text/xml' }, body: list }, [415]],
    ['no content type', { headers: { 'content-type': 'text/plain' }, body: list }, [415]],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' }, body: list }, [415]],
    [
      'a revision that nobody knows, 2026 era',
      { headers: { ...modern, 'mcp-protocol-version': '2099-01-01' }, body: list },
      [400],
    ],
    [
      'a revision in the header other than in the body',
      { headers: { ...modern, 'mcp-method': 'tools/call' }, body: list },
      [400],
    ],
    ['a session that there is not', { headers: { 'mcp-session-id': 'none' }, body: { ...list, params: {} } }, [404]],
    [
      'a session id of nonsense',
      { headers: { 'mcp-session-id': `${'x'.repeat(4_000)}` }, body: { ...list, params: {} } },
      [404],
    ],
    ['a stream of a session that there is not', { method: 'GET', headers: { 'mcp-session-id': 'none' } }, [404]],
    ['the end of a session that there is not', { method: 'DELETE', headers: { 'mcp-session-id': 'none' } }, [404]],
    ['a client that accepts no answer', { headers: { accept: 'image/png' }, body: initialize('2025-06-18') }, [406]],
    [
      'a token with alg none',
      { headers: { authorization: `Bearer ${unsigned({ alg: 'none' }, { sub: 'x' })}` }, body: list },
      [401],
    ],
    ['a token that is none', { headers: { authorization: 'Bearer ' }, body: list }, [400, 401]],
    ['another scheme', { headers: { authorization: 'Basic eDp5' }, body: list }, [400, 401]],
    ['an unknown SSE connection', { path: '/messages?sessionId=none', body: list }, [404]],
    ['a path that there is not', { method: 'GET', path: '/admin/nothing' }, [404]],
    ['a path that climbs', { method: 'GET', path: '/admin/..%2f..%2fetc/passwd' }, [400, 404]],
  ];
  it.each(cases)('%s gets its status, a JSON error, and the server goes on', async (_, sent, statuses) => {
    const { status, text } = await send(sent);
    expect(statuses, text).toContain(status);
    const { error } = problem.safeParse(JSON.parse(text));
    expect(error?.issues ?? [], text).toEqual([]);
    expect(text).not.toMatch(/\n\s+at /);
    const health = await fetch(`${server.url}/health`);
    expect(health.status).toBe(200);
    expect((await send({ headers: modern, body: list })).status).toBe(200);
  });

  it('an older revision than any is answered with one that is spoken', async () => {
    const { status, text } = await send({ body: initialize('1999-01-01') });
    expect(status).toBe(200);
    expect(text).toMatch(/"protocolVersion":"20\d\d-\d\d-\d\d"/);
  });
});
