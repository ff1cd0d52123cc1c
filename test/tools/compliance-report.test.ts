import { countTokens } from 'gpt-tokenizer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reportNames } from '../../src/compliance/reports/report-names.ts';
import { accessBody, now, operationBody, refusedBody } from '../compliance/reports/bodies.ts';
import { ReportState } from '../compliance/reports/report-state.ts';
import { connectedClient } from '../support-files/connected-client.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';

// The store works in a thread of its own: the clock alone is the test's.
beforeEach(() => vi.useFakeTimers({ now, toFake: ['Date'] }));
afterEach(() => vi.useRealTimers());

const hourMs = 3_600_000;
let log: ReportState;
afterEach(() => log.close());

/** Three days with a night's pause, a refused operation, and a client that is refused again and again. */
async function busy(): Promise<void> {
  await log.state.audit.open();
  for (let hour = 60; hour > 0; hour -= 2) {
    const mcp = {
      path: 'mcp',
      attempts: [{ path: 'mcp' }],
      model: null,
      upstream: 'assistant',
      operation: 'standard_analysis',
      class: 'standard',
    };
    const changes = hour % 3 === 0 ? mcp : {};
    const personalData = { mode: 'tokenize', counts: { EMAIL: 2, PERSON: 1 }, failedStages: 0 };
    await log.write(
      'OPERATION',
      operationBody({ ...changes, personalData, operationId: `op-${hour}` }),
      now - hour * hourMs,
    );
  }
  await log.write('OPERATION', refusedBody({ operationId: 'op-refused' }), now - hourMs);
  for (let call = 6; call > 0; call -= 1) {
    const refused = {
      outcome: 'refused',
      code: 'lockdown_mode',
      operation: 'system_admin',
      arguments: { action: 'emergency' },
    } as const;
    await log.write('ACCESS', accessBody(refused), now - call * 1_000);
  }
  await log.state.checkpoints.keep();
}

async function asked(args: Record<string, unknown>, mostTokens = 500) {
  const { context } = scriptedApp();
  const { config, state, targets } = log;
  const client = await connectedClient({ ...context, config, state, audit: state.audit, targets });
  const { content, isError = false } = await client.callTool({ name: 'compliance_report', arguments: args });
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  expect(countTokens(text)).toBeLessThan(mostTokens);
  return { text: masked(text), isError };
}

/** Keys, hashes and ids of writers are made anew at each run. */
function masked(text: string): string {
  return text
    .replace(/\+[0-9a-f]{8}\+[\w+/=]{40,}/g, '+ID+KEY')
    .replace(/[0-9a-f]{64}/g, 'HASH')
    .replace(/^(— \S+ )\S+$/gm, '$1SIGNATURE')
    .replace(/^[\w+/]{43}=$/gm, 'ROOT')
    .replace(/\b[0-9a-z]{8}-[0-9a-f]{12}\b/g, 'WRITER');
}

describe('compliance_report', () => {
  it.each(reportNames)('%s of a busy log', async (report) => {
    log = new ReportState();
    await busy();
    const { text, isError } = await asked({ report });
    expect(isError).toBe(false);
    expect(text).toMatchSnapshot();
  });

  it.each(reportNames)('%s of an empty log', async (report) => {
    log = new ReportState({ simulate: true });
    expect((await asked({ report })).text).toMatchSnapshot();
  });

  it.each([
    ['weekly', 'markdown'],
    ['daily', 'csv'],
    ['audit_pack', 'markdown'],
    ['access_log', 'markdown'],
    ['violations', 'csv'],
  ])('%s as a document of %s', async (report, format) => {
    log = new ReportState();
    await busy();
    expect((await asked({ report, format }, 4_000)).text).toMatchSnapshot();
  });

  it('stays short where everything is wrong', async () => {
    log = new ReportState({
      ...{ 'direct.region': 'us-east-1', 'direct.modelId': 'us.anthropic.claude-sonnet-4-6', logLevel: 'silent' },
      ...{ 'personalData.modes.emergency': 'off', 'consent.mode': 'off', 'residency.mode': 'off', simulate: true },
      'mcp.upstreams': Array.from({ length: 20 }, (_, index) => ({
        name: `upstream-${index}`,
        url: 'http://up.example/mcp',
        tool: 't',
      })),
    });
    await busy();
    for (const report of reportNames) expect((await asked({ report })).isError).toBe(false);
  });

  it.each([
    ['a report that there is not', { report: 'monthly' }],
    ['a document where there is none', { report: 'residency', format: 'csv' }],
    ['a time without its zone', { report: 'weekly', from: '2026-01-01' }],
    ['a cursor of another report', { report: 'violations', cursor: 'access_log:3' }],
    ['a period that is empty', { report: 'weekly', from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
  ])('refuses %s, and names the remedy', async (_, args) => {
    log = new ReportState();
    const { text, isError } = await asked(args);
    expect(isError).toBe(true);
    expect(text).toMatchSnapshot();
  });
});
