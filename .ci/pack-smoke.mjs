// The package as a user gets it: packed, installed into an empty folder, started by its bin, asked for its tools over stdio.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const expected = ['route_operation', 'health_check', 'force_fallback', 'cache_optimize', 'compliance_report'];
const folder = mkdtempSync(join(tmpdir(), 'pack-smoke-'));
const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

function listTools(bin) {
  const child = spawn(bin, [], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, AWS_EC2_METADATA_DISABLED: 'true', XDG_STATE_HOME: folder },
  });
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const timer = setTimeout(() => child.kill(), 30_000);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the server ended with status ${code} before it listed its tools`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { id, result } = JSON.parse(line); // throws on anything that is not protocol
      if (id === 1) {
        send({ method: 'notifications/initialized' });
        send({ id: 2, method: 'tools/list' });
      }
      if (id !== 2) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      child.once('exit', () => resolve(result.tools.map(({ name }) => name)));
      child.stdin.end();
    });
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'pack-smoke', version: '1' },
    };
    send({ id: 1, method: 'initialize', params });
  });
}

try {
  npm(['run', '--silent', 'build'], process.cwd());
  const tarball = npm(['pack', '--silent', '--pack-destination', folder], process.cwd()).trim().split('\n').at(-1);
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(['install', '--silent', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, tarball)], folder);
  const names = await listTools(join(folder, 'node_modules', '.bin', 'hybrid-routing-mcp'));
  if (expected.some((name) => !names.includes(name))) throw new Error(`tools: ${names.join(', ')}`);
  process.stdout.write(`installed from ${tarball}; tools: ${names.join(', ')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
