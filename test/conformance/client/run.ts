import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/**
 * Runs the official suite's client scenarios against MCPRouter's own client, for each revision what that one requires.
 * Exit status 1 for a failure that is not expected, or for an expected one that no longer fails.
 */
// Run with Node 22 or newer, as the suite needs it, and as that runs TypeScript: `npx -y node@24 test/conformance/client/run.ts`.
const suite = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';
const client = fileURLToPath(new URL('./main.ts', import.meta.url));
const expected = fileURLToPath(new URL('./expected-failures.yaml', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'conformance-client-'));

async function runSuite(revision: string): Promise<number> {
  const command = `${process.execPath} ${client}`;
  const args = ['--command', command, '--requirements', revision, '--expected-failures', expected];
  const rest = ['--timeout', '120000', '--output-dir', join(folder, revision)];
  const child = spawn(process.execPath, [suite, 'client', ...args, ...rest], { stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const at = output.indexOf('=== SUITE SUMMARY ===');
  process.stdout.write(`\n${revision}\n${at < 0 ? `${output}${errors}` : output.slice(at)}\n`);
  return at < 0 ? 1 : exited;
}

try {
  for (const revision of ['2026-07-28', '2025-11-25']) if ((await runSuite(revision)) > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
