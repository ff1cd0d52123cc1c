import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { SimulatorControl } from './control-client.ts';

export interface LaunchOptions {
  /** Seed of both processes: an integer, 0 to 4294967295. Default 1. */
  seed?: number;
  /** Compiled entry of the program; by default the one of this build. */
  mainPath?: string;
  /** Milliseconds to wait for each process to listen. Default 10,000. */
  timeoutMs?: number;
}

export interface SimulatorProcess {
  /** Bedrock: the SDK's `endpoint`. Upstream: the Streamable HTTP URL, ending in `/mcp`. */
  url: string;
  control: SimulatorControl;
  pid: number;
}

export interface SimulatorProcesses {
  bedrock: SimulatorProcess;
  upstream: SimulatorProcess;
  /** Ends both processes and waits until they are gone. */
  close(): Promise<void>;
}

const listeningSchema = z.object({
  event: z.literal('SIMULATOR_LISTENING'),
  url: z.url(),
  controlUrl: z.url(),
});

/** How long a process has to end by itself before it is killed, milliseconds. */
const GRACE_MS = 2_000;

/** Starts both simulators as processes of their own. They end with `close()`, or with this process. */
export async function launchSimulator(options: LaunchOptions = {}): Promise<SimulatorProcesses> {
  const started = await Promise.allSettled([start('bedrock', options), start('upstream', options)]);
  const close = async () => {
    await Promise.all(started.map((result) => (result.status === 'fulfilled' ? result.value.end() : undefined)));
  };
  const [bedrock, upstream] = started;
  if (bedrock.status === 'fulfilled' && upstream.status === 'fulfilled') {
    return { bedrock: bedrock.value.process, upstream: upstream.value.process, close };
  }
  await close();
  throw bedrock.status === 'rejected' ? bedrock.reason : upstream.status === 'rejected' ? upstream.reason : undefined;
}

async function start(server: 'bedrock' | 'upstream', options: LaunchOptions) {
  const main = options.mainPath ?? defaultMain();
  const seed = String(options.seed ?? 1);
  const child = spawn(process.execPath, [main, 'simulate', server, '--seed', seed, '--end-with-stdin'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  // Writing to a child that has just died must not throw here.
  child.stdin.on('error', () => {});
  // While it still loads it does not see that its stdin has closed.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const end = () => endProcess(child);
  try {
    const { url, controlUrl } = await listening(child, `simulate ${server}`, options.timeoutMs ?? 10_000);
    if (child.pid === undefined) throw new Error(`simulate ${server} has no process id.`);
    return { process: { url, control: new SimulatorControl(controlUrl), pid: child.pid }, end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** TypeScript sources cannot run on Node 20, so a source tree uses its build. */
function defaultMain(): string {
  const inSources = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(inSources ? '../../dist/src/main.js' : '../main.js', import.meta.url));
}

/** Waits for the line that says where the process listens; keeps what else it said for the error. */
function listening(child: ChildProcess, name: string, timeoutMs: number): Promise<z.infer<typeof listeningSchema>> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`${name} ${what}${said.length === 0 ? '' : `: ${said.join('\n')}`}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${timeoutMs} ms`), timeoutMs);
    child.once('error', (error) => fail(`could not be started (${error.message}); has the project been built?`));
    child.once('close', (code) => fail(`ended with status ${code} before it listened; has the project been built?`));
    if (child.stderr === null) return fail('has no stderr');
    // Reads on after the line as well: a full pipe would stop the process.
    createInterface({ input: child.stderr }).on('line', (line) => {
      const message = listeningSchema.safeParse(json(line));
      if (!message.success) {
        if (said.length < 20) said.push(line);
        return;
      }
      clearTimeout(timer);
      resolve(message.data);
    });
  });
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(timer);
}
