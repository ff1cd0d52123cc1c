import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { countTokens } from 'gpt-tokenizer';

/**
 * What the tool list costs an agent, in tokens of the o200k encoding (an agent's own tokenizer differs by some per cent),
 * read from the built server as a client reads it. Exit status 1 over the budget.
 */
const budgets = { tenTools: 6_000, firstFive: 3_000 };
const firstFive = ['route_operation', 'health_check', 'force_fallback', 'cache_optimize', 'compliance_report'];

const stateHome = mkdtempSync(join(tmpdir(), 'count-tokens-'));
const client = new Client({ name: 'count-tokens', version: '1' });
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [fileURLToPath(new URL('../src/main.js', import.meta.url)), '--log-level', 'silent'],
    env: { ...getDefaultEnvironment(), AWS_EC2_METADATA_DISABLED: 'true', XDG_STATE_HOME: stateHome },
    stderr: 'ignore',
  }),
);
const { tools } = await client.listTools();
await client.close();
rmSync(stateHome, { recursive: true, force: true });

const counted = tools.map((tool) => ({ name: tool.name, tokens: countTokens(JSON.stringify(tool)) }));
const sum = (rows: typeof counted) => rows.reduce((total, { tokens }) => total + tokens, 0);
const all = sum(counted);
const five = sum(counted.filter(({ name }) => firstFive.includes(name)));
const lines = [
  ...counted.map(({ name, tokens }) => `${name.padEnd(20)} ${String(tokens).padStart(6)}`),
  `${'these five'.padEnd(20)} ${String(five).padStart(6)}  of ${budgets.firstFive}`,
  `${`all ${tools.length}`.padEnd(20)} ${String(all).padStart(6)}  of ${budgets.tenTools}`,
];
process.stdout.write(`${lines.join('\n')}\n`);
if (all > budgets.tenTools || five > budgets.firstFive) process.exitCode = 1;
