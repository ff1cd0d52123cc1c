import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { expectedFailures } from './expected-failures.ts';
import { startTestServer, token } from './test-server.ts';
import { startTokenProxy } from './token-proxy.ts';

/**
 * Runs the official suite's server scenarios against the product as it serves over HTTP, for each revision what that one
 * requires. Exit status 1 for a failure that is not expected, or for an expected one that no longer fails.
 */
const revisions = ['2026-07-28', '2025-11-25'] as const;
const suite = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';

const checksSchema = z.array(
  z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }),
);

interface Row {
  scenario: string;
  passed: number;
  skipped: number;
  failures: string[];
}

async function runSuite(url: string, args: readonly string[]): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-results-'));
  try {
    // The suite needs Node 22 or newer; this one may be 20.
    const command = ['-y', 'node@24', suite, 'server', '--url', url, '--output-dir', folder, ...args];
    const child = spawn('npx', command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const output = await text(child.stdout);
    const rows = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('checks.json'))
      .map((name) => rowOf(name, readFileSync(join(folder, name), 'utf8')));
    if (rows.length === 0) throw new Error(`The suite has run nothing: ${output}`);
    return rows.sort((one, other) => one.scenario.localeCompare(other.scenario));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function rowOf(file: string, content: string): Row {
  const checks = checksSchema.parse(JSON.parse(content));
  const count = (status: string) => checks.filter((check) => check.status === status).length;
  const failed = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
  return {
    scenario: file.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, ''),
    passed: count('SUCCESS'),
    skipped: count('SKIPPED'),
    failures: failed.map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? ''}`),
  };
}

const server = await startTestServer();
const proxy = await startTokenProxy({ port: server.port, token });
const lines: string[] = [];
let unexpected = 0;
for (const revision of revisions) {
  const expected = expectedFailures[revision];
  lines.push('', revision);
  const rows = await runSuite(
    proxy.url,
    process.argv.length > 2 ? process.argv.slice(2) : ['--requirements', revision],
  );
  for (const { scenario, passed, skipped, failures } of rows) {
    const reason = expected.get(scenario);
    const isExpected = reason !== undefined;
    if (failures.length > 0 !== isExpected) unexpected += 1;
    const verdict = failures.length === 0 ? (isExpected ? 'passes: no longer expected to fail' : 'ok') : 'FAILED';
    const checks = `${passed} passed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    lines.push(`  ${scenario.padEnd(50)} ${checks.padEnd(24)} ${isExpected ? `expected: ${reason}` : verdict}`);
    if (!isExpected) lines.push(...failures.map((failure) => `    ${failure}`));
  }
}
proxy.close();
await server.close();
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = unexpected > 0 ? 1 : 0;
