import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnv, mainPath, type RunningServer, startServer, until } from './harness/server.ts';

/** Runs the command line to its end. */
function run(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [mainPath, ...args],
      { env: { ...cleanEnv, ...env }, timeout: 20_000 },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end();
  });
}

function configFile(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'hybrid-config-')), 'config.json');
  writeFileSync(file, text);
  return file;
}

describe('bad tool arguments', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer({ args: ['--simulate'] });
  });
  afterAll(() => server.close());

  const good = { operation: 'emergency', prompt: 'x' };
  const cases: [string, string, Record<string, unknown>, RegExp][] = [
    [
      'an unknown argument',
      'route_operation',
      { ...good, model: 'x' },
      /model is "x": unknown key; allowed: operation, prompt/,
    ],
    [
      'an unknown operation',
      'route_operation',
      { operation: 'urgent', prompt: 'x' },
      /operation is "urgent".*"emergency"/,
    ],
    ['a missing operation', 'route_operation', { prompt: 'x' }, /operation is missing/],
    ['an empty prompt', 'route_operation', { operation: 'emergency', prompt: '' }, /prompt is "".*must not be empty/],
    ['a blank prompt', 'route_operation', { operation: 'emergency', prompt: ' \n ' }, /prompt.*must not be empty/],
    ['no prompt', 'route_operation', { operation: 'emergency' }, /prompt: is missing.*Give either prompt or messages/s],
    [
      'prompt and messages',
      'route_operation',
      { ...good, messages: [{ role: 'user', text: 'x' }] },
      /either prompt or messages/,
    ],
    ['a deadline of 0', 'route_operation', { ...good, deadlineMs: 0 }, /deadlineMs is 0: must be 1 ms or more/],
    ['a deadline in words', 'route_operation', { ...good, deadlineMs: 'soon' }, /deadlineMs is "soon"/],
    ['a context that is no object', 'route_operation', { ...good, context: 'x' }, /context is "x"/],
    ['an unknown depth', 'health_check', { depth: 'deepest' }, /depth is "deepest".*"basic"/],
    [
      'an unknown component',
      'health_check',
      { depth: 'component', component: 'x' },
      /component is "x".*"direct-bedrock"/,
    ],
    ['no component', 'health_check', { depth: 'component' }, /component: is missing.*mcp-router/],
    ['an unknown route', 'force_fallback', { route: 'both', reason: 'abc' }, /route is "both"/],
    ['a duration of 0', 'force_fallback', { route: 'mcp', reason: 'abc', durationSeconds: 0 }, /durationSeconds is 0/],
    ['an unknown action', 'cache_optimize', { action: 'grow' }, /action is "grow".*"stats"/],
    ['a report that is not built', 'compliance_report', { report: 'monthly' }, /report is "monthly".*"gdpr_status"/],
  ];

  it.each(cases)('%s is a tool error that names the field', async (_, tool, args, message) => {
    const answer = await server.call(tool, args);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(message);
    expect(answer.text).not.toMatch(/\n\s+at /);
  });

  it('a 10 MB prompt is refused by its size, and the server goes on', async () => {
    const answer = await server.call('route_operation', { operation: 'emergency', prompt: 'x'.repeat(10_000_000) });
    expect(answer).toMatchObject({ isError: true });
    expect(answer.text).toMatch(/prompt: has 10000000 bytes, over the limit of 1048576.*limits\.promptBytes/s);
    expect(answer.text.length).toBeLessThan(500);
    expect((await server.route(good)).status).toBe('answered');
  });

  it('a tool that does not exist is a protocol error, and the server goes on', async () => {
    await expect(server.client.callTool({ name: 'no_such_tool', arguments: {} })).rejects.toThrow(/no_such_tool/);
    expect((await server.route(good)).status).toBe('answered');
  });

  it('a runbook section that does not exist is a resource error', async () => {
    await expect(server.client.readResource({ uri: 'runbook://section/nope' })).rejects.toThrow(/nope/);
  });
});

describe('a broken configuration stops the start with one message', () => {
  const cases: [string, string[], Record<string, string>, RegExp][] = [
    ['a missing file', ['--config', '/nonexistent.json'], {}, /--config \/nonexistent\.json cannot be read/],
    ['a file that is not JSON', ['--config', configFile('{"direct":')], {}, /is not JSON/],
    [
      'an unknown key',
      ['--config', configFile('{"direct":{"modle":"x"}}')],
      {},
      /direct\.modle is "x": unknown key; allowed: enabled, region/,
    ],
    ['a bad value', ['--config', configFile('{"direct":{"maxTokens":0}}')], {}, /direct\.maxTokens is 0/],
    [
      'an upstream with neither command nor url',
      ['--config', configFile('{"mcp":{"upstreams":[{"name":"a","tool":"t"}]}}')],
      {},
      /mcp\.upstreams\.0 .*exactly one of command or url/,
    ],
    [
      'a bad variable',
      [],
      { HYBRID_ROUTING_LIMITS_PROMPT_BYTES: 'many' },
      /HYBRID_ROUTING_LIMITS_PROMPT_BYTES has the value "many"/,
    ],
    ['an unknown variable', [], { HYBRID_ROUTING_REGOIN: 'x' }, /HYBRID_ROUTING_REGOIN is not known/],
    ['a bad region', [], { AWS_REGION: 'Frankfurt' }, /direct\.region is "Frankfurt": must be an AWS region/],
    ['a bad flag value', ['--log-level', 'loud'], {}, /logLevel is "loud"/],
    ['a bad --set', ['--set', 'direct.nope=1'], {}, /--set direct\.nope does not name a known key/],
  ];

  it.each(cases)('%s', async (_, args, env, message) => {
    const { code, stdout, stderr } = await run(args, env);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('the config command', () => {
  it('prints what is in force by file, environment and flags, secrets masked', async () => {
    const upstream = {
      name: 'up',
      url: 'https://user:hunter2@example.com/mcp?key=abc',
      tool: 't',
      headers: { Authorization: 'Bearer ${UP_TOKEN}' },
    };
    const file = configFile(
      JSON.stringify({ direct: { region: 'eu-west-1', maxTokens: 10 }, mcp: { upstreams: [upstream] } }),
    );
    const env = { UP_TOKEN: 'topsecret', HYBRID_ROUTING_DIRECT_MAX_TOKENS: '20', AWS_REGION: 'eu-west-3' };
    const { code, stdout } = await run(['config', '--config', file, '--set', 'limits.promptBytes=5'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      direct: { region: 'eu-west-3', maxTokens: 20 },
      limits: { promptBytes: 5 },
    });
    expect(stdout).not.toMatch(/topsecret|hunter2|key=abc/);
  });
});

describe('an upstream command that does not exist', () => {
  it('leaves the server running, and health says what to correct', async () => {
    const upstreams = [{ name: 'ghost', command: '/nonexistent/program', tool: 'answer' }];
    const server = await startServer({ config: { mcp: { upstreams } } });
    try {
      await until('the failure is known', async () => (await server.call('health_check')).text.includes('ghost'));
      const health = await server.call('health_check', { depth: 'component', component: 'mcp-router' });
      expect(health.text).toMatch(/command_not_found.*ENOENT.*Correct "command" of upstream ghost/s);
      const answer = await server.call('route_operation', {
        operation: 'kiro_communication',
        prompt: 'x',
        deadlineMs: 5_000,
      });
      expect(answer).toMatchObject({ isError: true });
      expect(answer.text).toContain('ghost');
    } finally {
      await server.close();
    }
  });
});

describe('nothing configured', () => {
  it('starts, lists its tools, and health says what is missing', async () => {
    const server = await startServer();
    try {
      expect((await server.client.listTools()).tools).toHaveLength(7);
      await until('credentials were looked for', async () =>
        (await server.call('health_check')).text.includes('credentials'),
      );
      const health = await server.call('health_check', { depth: 'detailed' });
      expect(health.structured).toMatchObject({ status: 'unhealthy', simulated: false });
      expect(health.text).toContain('AWS_BEARER_TOKEN_BEDROCK');
      expect(health.text).toContain('mcp.upstreams');
      const answer = await server.call('route_operation', { operation: 'emergency', prompt: 'x' });
      expect(answer).toMatchObject({ isError: true });
      expect(answer.text).toMatch(/No path is configured.*mcp\.upstreams/s);
    } finally {
      await server.close();
    }
  });
});

describe('stdout', () => {
  it('carries protocol messages alone, whatever comes in', async () => {
    const child = spawn(process.execPath, [mainPath, '--simulate', '--log-level', 'trace'], {
      env: cleanEnv,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    const send = (line: string) => child.stdin.write(`${line}\n`);
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } };
    send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }));
    send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    send('this is not JSON');
    send('{"jsonrpc":"2.0","id":2,"method":"no/such"}');
    const call = (id: number, operation: string) => ({
      ...{ jsonrpc: '2.0', id, method: 'tools/call' },
      params: { name: 'route_operation', arguments: { operation, prompt: 'x' } },
    });
    send(JSON.stringify(call(3, 'emergency')));
    send(JSON.stringify(call(4, 'kiro_communication')));
    const ids = () => lines.map((line) => JSON.parse(line)).map(({ id }) => id);
    await until('both answers', () => ids().includes(3) && ids().includes(4));
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
    expect(child.exitCode).toBe(0);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  });
});
