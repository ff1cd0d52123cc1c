import { createHistogram } from 'node:perf_hooks';
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

/** Calls a tool again and again in so many lanes, over connections that are kept. */
export async function measure(
  { url, token }: Peer,
  { lanes, calls }: { lanes: number; calls: number },
): Promise<Round> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: lanes });
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'health_check',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
  const took = createHistogram();
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const start = process.hrtime.bigint();
      const answer = await pool.request({ path, method: 'POST', headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 200 || !text.includes('"structuredContent"')) throw new Error(`${url}: ${text}`);
      took.record(process.hrtime.bigint() - start);
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  const seconds = (performance.now() - start) / 1_000;
  await pool.close();
  return { p50Ms: took.percentile(50) / 1e6, callsPerSecond: calls / seconds };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
