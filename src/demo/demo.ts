import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { getDefaultEnvironment, StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { HybridRoutingError } from '../config/errors.ts';
import { launchSimulator, type SimulatorProcesses } from '../simulator/launch.ts';
import { type OperationResult, operationResultSchema } from '../support/operation.ts';
import { version } from '../version.ts';
import { createReport, type Report } from './report.ts';
import { breakerOpenMs, type Scene, type Step, scenes } from './scenes.ts';

/**
 * Runs the main job as a user would see it: the simulator's two processes, the server over stdio, a real MCP client.
 * @returns how many calls did not do what was expected
 */
export async function runDemo(): Promise<number> {
  const report = createReport(process.stdout);
  report.line('Hybrid Routing MCP: a demo on simulated services. No AWS account is used, nothing leaves this machine.');
  const simulator = await report.during(
    'starting the simulator',
    () => launchSimulator(),
    ({ bedrock, upstream }) => `Simulator: Bedrock at ${bedrock.url}, upstream MCP server at ${upstream.url}`,
  );
  const stateFolder = await mkdtemp(join(tmpdir(), 'hybrid-routing-demo-'));
  const client = new Client(
    { name: 'hybrid-routing-demo', version },
    { versionNegotiation: { mode: 'auto' }, capabilities: { elicitation: { form: {} } } },
  );
  // The demo's user says yes to each change that the server asks about.
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: true } }));
  try {
    await report.during(
      'starting the server',
      () => client.connect(serverTransport(simulator, stateFolder)),
      () => `Server: over stdio, MCP ${client.getNegotiatedProtocolVersion() ?? 'unknown'}`,
    );
    let unexpected = 0;
    for (const [index, scene] of scenes.entries()) {
      report.line(`\n${index + 1}. ${scene.title}`);
      unexpected += await play(scene, { client, simulator, report });
    }
    report.line(unexpected === 0 ? '\nEvery call did what was expected.' : `\n${unexpected} calls did not.`);
    return unexpected;
  } finally {
    await client.close();
    await simulator.close();
    await rm(stateFolder, { recursive: true, force: true });
  }
}

function serverTransport({ bedrock, upstream }: SimulatorProcesses, stateFolder: string): StdioClientTransport {
  return new StdioClientTransport({
    command: process.execPath,
    args: [
      fileURLToPath(new URL('../main.js', import.meta.url)),
      '--simulate',
      '--allow',
      'operate',
      '--log-level',
      'error',
    ],
    env: {
      ...getDefaultEnvironment(),
      // Nothing of a demo stays, and nothing of an earlier one is in its way.
      HYBRID_ROUTING_STORE_FOLDER: stateFolder,
      HYBRID_ROUTING_SIMULATOR_BEDROCK_URL: bedrock.url,
      HYBRID_ROUTING_SIMULATOR_UPSTREAM_URL: upstream.url,
      HYBRID_ROUTING_ROUTING_BREAKER_OPEN_MS: String(breakerOpenMs),
    },
    stderr: 'ignore',
  });
}

interface Stage {
  client: Client;
  simulator: SimulatorProcesses;
  report: Report;
}

async function play(scene: Scene, stage: Stage): Promise<number> {
  await stage.simulator.bedrock.control.setRules(scene.bedrock);
  await stage.simulator.upstream.control.setRules(scene.upstream);
  let unexpected = 0;
  for (const step of scene.steps) if (!(await act(step, stage))) unexpected += 1;
  return unexpected;
}

/** Whether the step did what it should. */
async function act(step: Step, { client, report }: Stage): Promise<boolean> {
  switch (step.kind) {
    case 'wait':
      await report.during(
        step.why,
        () => sleep(step.ms),
        () => `   (${step.ms / 1_000} s ${step.why})`,
      );
      return true;
    case 'force': {
      const { route, durationSeconds, reason } = step;
      const call = () => client.callTool({ name: 'force_fallback', arguments: { route, durationSeconds, reason } });
      const forced = await report.during(
        'force_fallback',
        call,
        () => `   force_fallback ${route} for ${durationSeconds} s, confirmed`,
      );
      return forced.isError !== true;
    }
    case 'route': {
      const call = () => routed(client, step.operation);
      const result = await report.during(step.operation, call, (routedTo) => account(step.operation, routedTo));
      const asExpected = result.path === step.expect.path && (result.fallback !== null) === step.expect.fellBack;
      if (!asExpected) report.line(`   UNEXPECTED: ${JSON.stringify(step.expect)} was expected`);
      return asExpected && result.sla.met === true && result.simulated;
    }
  }
}

async function routed(client: Client, operation: string): Promise<OperationResult> {
  const prompt = 'Summarize the state of the system in one sentence.';
  const result = await client.callTool({ name: 'route_operation', arguments: { operation, prompt } });
  const parsed = operationResultSchema.safeParse(result.structuredContent);
  if (parsed.success) return parsed.data;
  throw new HybridRoutingError('demo_failed', `route_operation answered ${JSON.stringify(result)}`, 'Report this.');
}

/** One line an operation: type, path, latency against its target, reasons. */
function account(operation: string, { path, latencyMs, sla, decision, fallback }: OperationResult): string {
  const took = `${(latencyMs / 1_000).toFixed(3)} s`.padStart(9);
  const verdict = latencyMs <= sla.targetMs ? 'in target' : sla.met ? 'in SLA' : 'SLA MISSED';
  const why = [...decision.reasons, ...(fallback ? [`fell back: ${fallback.reason}`] : [])].join('; ');
  const limits = `target ${sla.targetMs / 1_000} s, SLA ${sla.slaMs / 1_000} s`;
  return `   ${operation.padEnd(18)} ${path.padEnd(6)} ${took} ${verdict} (${limits})  ${why}`;
}
