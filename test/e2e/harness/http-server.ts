import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { clearUp, configFile, temporaryFolder } from './raw-server.ts';
import { cleanEnv, mainPath, until } from './server.ts';

const listeningSchema = z.looseObject({
  event: z.literal('LISTENING'),
  url: z.url(),
  mcp: z.url(),
  tokenFile: z.string().optional(),
});

/** Of every scope, in the servers that the tests start. */
export const adminToken = 'hrm_e2e-admin-token-0123456789abcdefghijklmnop';

interface HttpOptions {
  config?: Record<string, unknown>;
  env?: Record<string, string | undefined>;
  args?: string[];
  /** The state folder; by default one of its own. */
  state?: string;
  /** Files that it may open; by default as many as this process. */
  limit?: number;
}

export interface HttpServer {
  process: ChildProcess;
  listening: z.infer<typeof listeningSchema>;
  url: string;
  /** The state folder. */
  state: string;
  stderr: () => string;
  stdout: () => string;
  /** Status or signal, when the process has ended. */
  ended: Promise<{ status: number | null; signal: string | null }>;
  /** A request with the token of every scope. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

const spawned: ChildProcess[] = [];

/** Leaves nothing behind, also where a test has failed. */
export function endHttpServers(): void {
  for (const child of spawned.splice(0)) child.kill('SIGKILL');
  clearUp([]);
}

/** The built server's process, whatever becomes of it. */
export function spawnHttp({ config = {}, env = {}, args = [], state, limit }: HttpOptions = {}) {
  const folder = state ?? join(temporaryFolder(), 'state');
  const command = [process.execPath, mainPath, 'http', '--port', '0', '--config', configFile(config), ...args];
  const shell = limit === undefined ? 'exec "$@"' : `ulimit -n ${limit} && exec "$@"`;
  const child = spawn('sh', ['-c', shell, 'sh', ...command], {
    env: { ...cleanEnv, HYBRID_ROUTING_STORE_FOLDER: folder, HYBRID_ROUTING_ADMIN_TOKEN: adminToken, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  spawned.push(child);
  let stderr = '';
  let stdout = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  const ended = once(child, 'close').then(([status, signal]) =>
    z.object({ status: z.number().nullable(), signal: z.string().nullable() }).parse({ status, signal }),
  );
  return { process: child, state: folder, stderr: () => stderr, stdout: () => stdout, ended };
}

/** The built server over HTTP, when it listens. */
export async function startHttp(options: HttpOptions = {}): Promise<HttpServer> {
  const server = spawnHttp(options);
  const line = () =>
    server
      .stderr()
      .split('\n')
      .find((text) => text.includes('"event":"LISTENING"'));
  const end = server.ended.then(({ status }) => {
    throw new Error(`The server ended with ${status} before it listened: ${server.stderr()}`);
  });
  await Promise.race([until('the server listens', () => line() !== undefined, 30_000), end]);
  end.catch(() => {}); // from here on the end is the test's
  const listening = listeningSchema.parse(JSON.parse(line() ?? ''));
  const { url } = listening;
  return {
    ...server,
    listening,
    url,
    ask: (path, init = {}) =>
      fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${adminToken}`, ...init.headers } }),
  };
}
