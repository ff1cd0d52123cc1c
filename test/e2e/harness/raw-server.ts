import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { cleanEnv, mainPath } from './server.ts';

const messageSchema = z.looseObject({ id: z.number().optional() });
const resultSchema = z.looseObject({
  result: z.looseObject({ structuredContent: z.unknown(), isError: z.boolean().optional() }),
});

const planSchema = z.looseObject({ confirmation: z.looseObject({ token: z.string() }) });

export interface RawServer {
  process: ChildProcessWithoutNullStreams;
  pid: number;
  stderr: () => string;
  /** The structured content of a tool's answer; null where the server ended without one. */
  call(name: string, args: Record<string, unknown>): Promise<unknown>;
  /** Calls again with the token of the plan, as a client that cannot ask its user. */
  confirmed(name: string, args: Record<string, unknown>): Promise<unknown>;
  /** Status or signal, when the process has ended. */
  ended: Promise<{ status: number | null; signal: string | null }>;
}

interface RawOptions {
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  args?: string[];
}

const folders: string[] = [];
const spawned: number[] = [];

/** A folder that `clearUp()` removes. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hybrid-raw-'));
  folders.push(folder);
  return folder;
}

export function configFile(config: Record<string, unknown>): string {
  const file = join(temporaryFolder(), 'config.json');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Leaves nothing behind, also where a test has failed. @param pids processes that the servers may have left */
export function clearUp(pids: readonly number[]): void {
  for (const pid of [...spawned, ...pids].filter(isRunning)) process.kill(pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** The built server with nothing between: its stdin, its signals and its exit status are the test's. */
export function spawnServer({ config = {}, env = {}, args = [] }: RawOptions = {}): RawServer {
  const child = spawn(process.execPath, [mainPath, '--config', configFile(config), '--allow', 'operate', ...args], {
    env: { ...cleanEnv, HYBRID_ROUTING_STORE_FOLDER: join(temporaryFolder(), 'state'), ...env },
    stdio: 'pipe',
  });
  if (child.pid !== undefined) spawned.push(child.pid);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  child.stdin.on('error', () => {});
  const answers = new Map<number, (message: unknown) => void>();
  const ended = once(child, 'close').then(([status, signal]) => {
    for (const answer of answers.values()) answer(null);
    return z.object({ status: z.number().nullable(), signal: z.string().nullable() }).parse({ status, signal });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = messageSchema.parse(JSON.parse(line));
    answers.get(message.id ?? -1)?.(message);
  });
  const send = (message: Record<string, unknown>) =>
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let next = 1;
  const request = (method: string, params: Record<string, unknown>) => {
    const id = next++;
    send({ id, method, params });
    // A server that has ended answers nothing more, whether it was asked before or is asked now.
    return Promise.race([new Promise<unknown>((resolve) => answers.set(id, resolve)), ended.then(() => null)]);
  };
  const clientInfo = { name: 'raw', version: '1' };
  const initialized = request('initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo }).then(() =>
    send({ method: 'notifications/initialized' }),
  );
  const call = async (name: string, args_: Record<string, unknown>) => {
    await initialized;
    const message = await request('tools/call', { name, arguments: args_ });
    return message === null ? null : resultSchema.parse(message).result.structuredContent;
  };
  return {
    process: child,
    pid: child.pid ?? 0,
    stderr: () => stderr,
    ended,
    call,
    async confirmed(name, args_) {
      const { token: confirm } = planSchema.parse(await call(name, args_)).confirmation;
      return call(name, { ...args_, confirm });
    },
  };
}

/** Whether a process runs; one that has ended, and that nobody has asked for its status yet, does not. */
export function isRunning(pid: number): boolean {
  return processes().some((process) => process.pid === pid && !process.state.startsWith('Z'));
}

export function childrenOf(pid: number): number[] {
  return processes()
    .filter(({ parent }) => parent === pid)
    .map((child) => child.pid);
}

function processes() {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat='], { encoding: 'utf8' }).trim().split('\n');
  return lines.map((line) => {
    const [pid, parent, state = ''] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), state };
  });
}
