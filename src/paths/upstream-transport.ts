import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { endWithProcess } from './end-with-process.ts';
import { tellDrops } from './tell-drops.ts';

export interface UpstreamTransport {
  transport: Transport;
  /** The last line that a started process wrote to stderr: often the reason why it ended. */
  lastWords: () => string | undefined;
}

const keptStderr = 2_048;

/** @param maxMessageBytes longest message taken on stdio, in bytes */
export function openTransport(upstream: UpstreamConfig, maxMessageBytes: number): UpstreamTransport {
  if (upstream.url !== undefined) {
    const transport = new StreamableHTTPClientTransport(new URL(upstream.url), {
      requestInit: { headers: upstream.headers },
      fetch: tellDrops(fetch),
    });
    return { transport, lastWords: () => undefined };
  }
  const transport = new StdioClientTransport({
    command: upstream.command ?? '',
    args: upstream.args,
    env: { ...getDefaultEnvironment(), ...upstream.env },
    stderr: 'pipe',
    maxBufferSize: maxMessageBytes,
    ...(upstream.cwd === undefined ? {} : { cwd: upstream.cwd }),
  });
  endWithProcess(transport);
  let tail = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString('utf8')).slice(-keptStderr);
  });
  return { transport, lastWords: () => tail.trim().split('\n').at(-1)?.slice(0, 200) || undefined };
}
