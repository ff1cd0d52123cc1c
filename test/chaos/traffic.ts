import type { OperationType, PathName } from '../../src/config/operation-types.ts';
import type { SimulatorProcess } from '../../src/simulator/launch.ts';
import type { RunningServer } from '../e2e/harness/server.ts';
import { ask } from './ask.ts';
import type { Stage } from './row.ts';

export function onThePath({ simulator }: Stage, path: PathName): SimulatorProcess {
  return path === 'direct' ? simulator.bedrock : simulator.upstream;
}

/** One more than health remembers, so that the slow first call, which opens connections, is forgotten. */
export const toKnowP95 = 21;
export const toConnect = 2;

/** Quick calls on each path. A spent share is held against a path only when its p95 is known and small. */
export async function warmUp(server: RunningServer, paths: readonly PathName[], calls: number): Promise<void> {
  for (const path of paths) {
    const operation = path === 'direct' ? 'emergency' : 'kiro_communication';
    for (let made = 0; made < calls; made += 1) {
      const { result } = await ask(server, { operation, prompt: 'warm-up' });
      if (result.path !== path) throw new Error(`the warm-up of ${path} went to ${result.path}`);
    }
  }
}

/** Users' operations of a type that have reached each service; probes are not among them. */
export async function callsOn(stage: Stage, operation: OperationType): Promise<Record<PathName, number>> {
  const [direct, mcp] = await Promise.all([countersOf(stage, 'direct'), countersOf(stage, 'mcp')]);
  return { direct: direct.byOperation[operation] ?? 0, mcp: mcp.byOperation[operation] ?? 0 };
}

export async function countersOf(stage: Stage, path: PathName) {
  return (await onThePath(stage, path).control.state()).counters;
}

/** No operation is left open at the wire: what was given up has been aborted. */
export async function settled(stage: Stage): Promise<string[]> {
  const end = Date.now() + 2_000;
  for (;;) {
    const states = await Promise.all([
      stage.simulator.bedrock.control.state(),
      stage.simulator.upstream.control.state(),
    ]);
    const open = states.flatMap(({ recent }) =>
      recent.filter(({ outcome, operation }) => outcome === 'open' && operation !== null),
    );
    if (open.length === 0) return [];
    if (Date.now() > end)
      return open.map(({ api, startedAt }) => `a ${api} call of ${startedAt} is still open at the wire`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
