import { type FetchLike, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { UpstreamConfig } from '../config/upstream-schema.ts';
import { endWithProcess } from './end-with-process.ts';
import { tellDrops } from './tell-drops.ts';
import { asWords } from './untrusted-text.ts';

export interface UpstreamTransport {
  transport: Transport;
  /** The last line that a started process wrote to stderr, in plain words: often the reason why it ended. */
  lastWords: () => string | undefined;
}

const keptStderr = 2_048;

interface Options {
  /** Longest message taken on stdio, in bytes. */
  maxMessageBytes: number;
  /** For a URL. Adds the headers of the configuration itself: given to the SDK they would go to authorization servers too. */
  fetch: FetchLike;
}

export function openTransport(upstream: UpstreamConfig, { maxMessageBytes, fetch }: Options): UpstreamTransport {
  if (upstream.url !== undefined) {
    const transport = new StreamableHTTPClientTransport(new URL(upstream.url), {
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
  return { transport, lastWords: () => asWords(tail.trim().split('\n').at(-1) ?? '', 200) || undefined };
}
