import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, type ClientOptions } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { type OperationResult, operationResultSchema } from '../../../src/support/operation.ts';

/** The built server; `npm test` builds it first. */
export const mainPath = fileURLToPath(new URL('../../../dist/src/main.js', import.meta.url));

const stateHome = mkdtempSync(join(tmpdir(), 'hybrid-state-'));
process.on('exit', () => rmSync(stateHome, { recursive: true, force: true }));

/**
 * An environment without this machine's AWS settings, in which the SDK looks for credentials nowhere else, and with a state
 * folder of the test's own.
 */
export const cleanEnv = {
  ...getDefaultEnvironment(),
  XDG_STATE_HOME: stateHome,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
};

export const fakeCredentials = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret-example' };

export interface StartOptions {
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  args?: string[];
  /** The program's compiled entry, where it is not this tree's. */
  main?: string;
  mode?: NonNullable<ClientOptions['versionNegotiation']>['mode'];
  /** What the client may do besides reading and routing. Everything, where nothing is said. */
  allow?: string | null;
  /** Whether the user at the client confirms what is asked; without a word the client cannot ask. Confirmed by default. */
  confirms?: 'accept' | 'decline' | 'cannot';
}

export interface RunningServer {
  client: Client;
  /** The transport's process id. */
  pid: number | null;
  /** The state folder, unless `env` names another one; it goes with `close()`. */
  state: string;
  /** What the server wrote to stderr until now. */
  stderr: () => string;
  route(args: Record<string, unknown>): Promise<OperationResult>;
  /** Text and error flag of a tool's answer. */
  call(name: string, args?: Record<string, unknown>): Promise<{ text: string; isError: boolean; structured: unknown }>;
  close(): Promise<void>;
}

/** Starts the built server over stdio with a configuration file, and connects a real 2.x client. */
export async function startServer({
  config = {},
  env = {},
  args = [],
  main = mainPath,
  mode = 'legacy',
  allow = 'operate,security',
  confirms = 'accept',
}: StartOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'hybrid-e2e-'));
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const state = join(folder, 'state');
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, '--config', file, ...(allow === null ? [] : ['--allow', allow]), ...args],
    env: { ...cleanEnv, HYBRID_ROUTING_STORE_FOLDER: state, ...env },
    stderr: 'pipe',
    maxBufferSize: 256 * 1_024 * 1_024,
  });
  let stderr = '';
  transport.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const capabilities = confirms === 'cannot' ? {} : { elicitation: { form: {} } };
  const client = new Client({ name: 'e2e', version: '1' }, { versionNegotiation: { mode }, capabilities });
  if (confirms !== 'cannot') {
    client.setRequestHandler('elicitation/create', async () =>
      confirms === 'accept' ? { action: 'accept', content: { confirm: true } } : { action: 'decline' },
    );
  }
  await client.connect(transport);
  const call: RunningServer['call'] = async (name, callArgs = {}) => {
    const result = await client.callTool({ name, arguments: callArgs }, { timeout: 90_000 });
    const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
    return { text, isError: result.isError === true, structured: result.structuredContent };
  };
  const running: RunningServer = {
    client,
    pid: transport.pid,
    state,
    stderr: () => stderr,
    call,
    route: async (callArgs) => operationResultSchema.parse((await call('route_operation', callArgs)).structured),
    close: async () => {
      await client.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return running;
}

/** Waits until a condition holds; polls, so that a test takes no longer than it must. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 10_000) {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Timed out waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
