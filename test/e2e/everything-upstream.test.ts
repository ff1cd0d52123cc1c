import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cleanEnv, type RunningServer, startServer, until } from './harness/server.ts';

// A server that nobody here wrote: the reference server of the protocol, as an upstream.
const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const overStdio = { name: 'everything', command: process.execPath, args: [everything, 'stdio'] };
const kiro = { operation: 'kiro_communication', prompt: 'ping', deadlineMs: 10_000 };

async function withUpstream(upstream: Record<string, unknown>, use: (server: RunningServer) => Promise<void>) {
  const server = await startServer({ config: { direct: { enabled: false }, mcp: { upstreams: [upstream] } } });
  try {
    await use(server);
  } finally {
    await server.close();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe('@modelcontextprotocol/server-everything as the upstream', () => {
  it('answers an operation by its echo tool over stdio, arguments filled from a template', async () => {
    const template = { message: '{{type}}/{{context.team}}: {{prompt}}' };
    await withUpstream({ ...overStdio, tool: 'echo', arguments: template }, async (server) => {
      const result = await server.route({ ...kiro, context: { team: 'ops' } });
      expect(result).toMatchObject({
        status: 'answered',
        path: 'mcp',
        upstream: 'everything',
        answer: 'Echo: kiro_communication/ops: ping',
        simulated: false,
      });
    });
  });

  it('answers from a path into structured content', async () => {
    const upstream = { ...overStdio, tool: 'get-structured-content', arguments: { location: 'Chicago' } };
    await withUpstream({ ...upstream, result: 'structuredContent.conditions' }, async (server) => {
      expect((await server.route(kiro)).answer).toMatch(/rain|drizzle/i);
    });
    await withUpstream({ ...upstream, result: 'structuredContent' }, async (server) => {
      expect(JSON.parse((await server.route(kiro)).answer ?? '')).toHaveProperty('temperature');
    });
  });

  it('keeps the type of a lone placeholder', async () => {
    const upstream = { ...overStdio, tool: 'get-sum', arguments: { a: '{{context.a}}', b: 2 } };
    await withUpstream(upstream, async (server) => {
      expect((await server.route({ ...kiro, context: { a: 40 } })).answer).toContain('42');
    });
  });

  it('passes progress and cancellation through', async () => {
    const upstream = {
      ...overStdio,
      tool: 'trigger-long-running-operation',
      arguments: { duration: '{{context.seconds}}', steps: 4 },
    };
    await withUpstream(upstream, async (server) => {
      const updates: (string | undefined)[] = [];
      const args = { ...kiro, context: { seconds: 0.4 } };
      const onprogress = ({ message }: { message?: string | undefined }) => {
        updates.push(message);
      };
      const answered = await server.client.callTool({ name: 'route_operation', arguments: args }, { onprogress });
      expect(answered.isError ?? false).toBe(false);
      expect(updates).toContain('1 of 4');
      const controller = new AbortController();
      const long = { ...kiro, context: { seconds: 60 } };
      const call = server.client.callTool({ name: 'route_operation', arguments: long }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 200);
      await expect(call).rejects.toThrow();
      // The queue's place is free again, so the cancelled call is really over.
      await until('the queue is empty', async () => {
        const { structured } = await server.call('health_check', { depth: 'component', component: 'mcp-router' });
        return JSON.stringify(structured).includes('"running":0');
      });
    });
  });

  it('says which tools there are when the configured one is missing', async () => {
    await withUpstream({ ...overStdio, tool: 'answer_operation' }, async (server) => {
      const answer = await server.call('route_operation', kiro);
      expect(answer).toMatchObject({ isError: true });
      expect(answer.text).toMatch(/has no tool answer_operation; its tools: .*echo/);
    });
  });

  it('reports arguments that the tool refuses as a configuration error', async () => {
    await withUpstream({ ...overStdio, tool: 'echo', arguments: { wrong: 'x' } }, async (server) => {
      const result = await server.route(kiro);
      expect(result).toMatchObject({ status: 'failed' });
      expect(['configuration', 'upstream']).toContain(result.attempts[0]?.errorClass);
    });
  });

  it('answers over Streamable HTTP', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [everything, 'streamableHttp'], {
      env: { ...cleanEnv, PORT: String(port) },
      stdio: 'ignore',
    });
    try {
      await until('the upstream listens', () => canConnect(port), 15_000);
      const upstream = {
        name: 'everything',
        url: `http://127.0.0.1:${port}/mcp`,
        tool: 'echo',
        arguments: { message: '{{prompt}}' },
      };
      await withUpstream(upstream, async (server) => {
        expect((await server.route(kiro)).answer).toBe('Echo: ping');
      });
    } finally {
      child.kill();
    }
  });
});
