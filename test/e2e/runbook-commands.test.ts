import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { routedActions } from '../../src/operations/registry.ts';
import { adminToken, endHttpServers, type HttpServer, startHttp } from './harness/http-server.ts';

const run = promisify(execFile);
const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The user's runbook lies beside the project; a checkout without it has its own runbook alone. */
const operationsRunbook = root('../shared/runbook/operations-runbook.md');
const ownRunbook = readdirSync(root('resources/runbook')).map((name) => root(`resources/runbook/${name}`));

interface Command {
  /** Where it stands, for the test's name. */
  place: string;
  /** As it is written, on one line. */
  text: string;
}

/** Every command of a runbook that calls the server with curl, whole: its pipe to jq, its loop, what watches it. */
function curlCommands(file: string): Command[] {
  const text = readFileSync(file, 'utf8');
  const blocks = [...text.matchAll(/^[ ]*```bash\n([\s\S]*?)^[ ]*```/gm)];
  return blocks.flatMap(({ 1: block = '', index }) => {
    const firstLine = text.slice(0, index).split('\n').length + 1;
    const name = file.split('/').at(-1);
    return statements(block.split('\n')).flatMap(({ text: statement, line }) =>
      statement.includes('curl') ? [{ place: `${name}:${firstLine + line}`, text: statement }] : [],
    );
  });
}

/** Lines put together as a shell does: continued by a backslash, an open quote, or a loop that is not done. */
function statements(lines: readonly string[]): { text: string; line: number }[] {
  const found: { text: string; line: number }[] = [];
  let open: string[] = [];
  for (const [line, raw] of lines.entries()) {
    if (open.length === 0 && /^\s*(#|$)/.test(raw)) continue;
    open.push(raw);
    const text = open.join('\n').trim();
    if (isOpen(text)) continue;
    found.push({ text, line: line - open.length + 1 });
    open = [];
  }
  return found;
}

function isOpen(text: string): boolean {
  const quotes = text.match(/'/g)?.length ?? 0;
  return text.endsWith('\\') || quotes % 2 === 1 || (/^for\b/.test(text) && !/\bdone\b/.test(text));
}

const components = ['bedrock-support', 'intelligent-router', 'direct-bedrock', 'mcp-router', 'hybrid-monitor'];

/** The command for this server: its host changed, its placeholders filled, and curl with the authorization header. */
function forServer(text: string, url: string): string {
  return (
    text
      .replaceAll(/https?:\/\/(api\.matbakh\.app|127\.0\.0\.1:8080)/g, url)
      .replaceAll(/\bcurl /g, 'authorized ')
      .replaceAll('{component}', 'mcp-router')
      .replaceAll('suspicious.ip.address', '203.0.113.66')
      // It would go on for ever: once is what is looked at.
      .replace(/^watch -n \d+ '(.*)'$/, '$1')
  );
}

const jsonSchema = z.looseObject({});

describe.each([
  { name: 'the operations runbook', files: existsSync(operationsRunbook) ? [operationsRunbook] : [], least: 45 },
  { name: 'our own runbook', files: ownRunbook, least: 25 },
])('the curl commands of $name', ({ files, least }) => {
  const commands = files.flatMap(curlCommands);
  const folder = mkdtempSync(join(tmpdir(), 'runbook-'));
  let server: HttpServer;
  beforeAll(async () => {
    server = await startHttp({ args: ['--simulate'], config: { http: { rateLimit: { requestsPerMinute: 0 } } } });
    // The header is in a file of curl's own, so that no token stands in a command line.
    const config = `header = "authorization: Bearer ${adminToken}"\nshow-error\nwrite-out = "%{stderr}status=%{http_code}\\n"\n`;
    writeFileSync(join(folder, 'curlrc'), config, { mode: 0o600 });
  });
  afterAll(() => {
    endHttpServers();
    rmSync(folder, { recursive: true, force: true });
  });

  const shell = async (text: string) => {
    const script = `authorized() { command curl -K ${join(folder, 'curlrc')} "$@"; }\n${forServer(text, server.url)}`;
    const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script], { timeout: 60_000 });
    const statuses = [...stderr.matchAll(/^status=(\d+)$/gm)].map(([, status]) => Number(status));
    return { stdout, statuses };
  };

  it(`are ${least} at least`, ({ skip }) => {
    if (files.length === 0) skip('../shared/runbook is not beside this checkout');
    expect(commands.length).toBeGreaterThanOrEqual(least);
  });

  it.for(commands)('$place: $text', async ({ text }) => {
    const { stdout, statuses } = await shell(text);
    expect(statuses).not.toEqual([]);
    for (const status of statuses) expect(status).toBe(200);
    expectShape(text, stdout);
    await takeBack(text, server);
  });
});

/** What the runbook's text promises of each: of a filter's output, or of the whole answer. */
function expectShape(text: string, stdout: string): void {
  if (text.includes('jq .status')) {
    expect(['"healthy"', '"degraded"']).toContain(stdout.trim());
  } else if (text.includes('select(.value.status != "healthy")')) {
    // One object for each component that is not healthy, none where all are: each has a name and a status.
    const rows = stdout.trim() === '' ? [] : stdout.trim().split(/(?<=^\})\n/m);
    for (const row of rows) {
      const { key, value } = z
        .object({ key: z.enum(components), value: z.looseObject({ status: z.string() }) })
        .parse(JSON.parse(row));
      expect(components).toContain(key);
      expect(value.status).not.toBe('healthy');
    }
  } else if (text.includes('/health/component/$component')) {
    expect(stdout.match(/^Checking /gm)).toHaveLength(components.length);
    expect(stdout.match(/"status": "/g)?.length).toBeGreaterThanOrEqual(components.length);
  } else {
    const answer = jsonSchema.parse(JSON.parse(stdout));
    const path = /(\/(?:health|test|admin)[\w/{}-]*)/.exec(text)?.[1] ?? '';
    expectAnswer(path, answer);
  }
}

function expectAnswer(path: string, answer: Record<string, unknown>): void {
  if (path.startsWith('/health/component') || /^\/health\/(?!detailed)./.test(path)) {
    expect(answer).toMatchObject({ status: expect.any(String) });
  } else if (path === '/health/detailed') {
    expect(Object.keys(z.looseObject({ components: jsonSchema }).parse(answer).components).sort()).toEqual(
      [...components].sort(),
    );
  } else if (path === '/health') {
    expect(answer).toMatchObject({ status: expect.stringMatching(/^(healthy|degraded)$/) });
  } else if (path.startsWith('/test/')) {
    expect(answer).toMatchObject({ status: 'answered', verdict: 'within_target', latencyMs: expect.any(Number) });
  } else {
    const routed = routedActions.find(({ route }) => patternOf(route.path).test(path));
    expect(routed, path).toBeDefined();
    const { error } = routed?.operation.output.safeParse(answer) ?? {};
    expect(error?.issues ?? []).toEqual([]);
    expect(answer[routed?.operation.by ?? '']).toBe(routed?.action.name);
    if (routed?.route.method === 'POST' && !path.includes('/cache/')) expect(answer.applied).toBe(true);
  }
}

/** A route as it is called, its arguments filled in. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, '[\\w-]+')}$`);
}

/** So that the next command meets the server as this one did: a lockdown refuses most. */
async function takeBack(text: string, server: HttpServer): Promise<void> {
  const path = /-X POST \S+?(\/admin[\w/-]+)/.exec(text)?.[1];
  const route = routedActions.find((routed) => routed.route.path === path)?.route;
  // What ends something needs no undo here, and a change of thresholds to their defaults neither.
  if (!route?.undo || /(disable|lift|unblock-ip|enable-external|auto|config)$/.test(route.path)) return;
  const body = path === '/admin/security/block-ip' ? { ip: '203.0.113.66' } : {};
  const headers = { 'content-type': 'application/json' };
  const undone = await server.ask(route.undo, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(undone.status).toBe(200);
  expect(await undone.json()).toMatchObject({ applied: true });
}
