import { createHistogram } from 'node:perf_hooks';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Pool } from 'undici';

export interface Peer {
  name: string;
  /** Of its MCP endpoint. */
  url: string;
  token: string | null;
}

export interface Round {
  p50Ms: number;
  callsPerSecond: number;
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'health_check', arguments: {}, _meta: meta },
});

interface Load {
  lanes: number;
  calls: number;
}

/** Calls a tool again and again in so many lanes, as an agent does: by the SDK's client. */
export async function measureByClient({ url, token }: Peer, load: Load): Promise<Round> {
  const client = new Client({ name: 'bench', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = token === null ? {} : { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  const measured = await timed(load, async () => {
    const { structuredContent, content } = await client.callTool({ name: 'health_check', arguments: {} });
    if (structuredContent === undefined) throw new Error(`${url}: ${JSON.stringify(content)}`);
  });
  await client.close();
  return measured;
}

/** The same by a bare POST over connections that are kept: what the server itself takes. */
export async function measure({ url, token }: Peer, load: Load): Promise<Round> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: load.lanes });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'health_check',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const measured = await timed(load, async () => {
    const answer = await pool.request({ path, method: 'POST', headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || !text.includes('"structuredContent"')) throw new Error(`${url}: ${text}`);
  });
  await pool.close();
  return measured;
}

async function timed({ lanes, calls }: Load, call: () => Promise<void>): Promise<Round> {
  const took = createHistogram();
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const start = process.hrtime.bigint();
      await call();
      took.record(process.hrtime.bigint() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - start) / 1_000;
  return { p50Ms: took.percentile(50) / 1e6, callsPerSecond: calls / seconds };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
