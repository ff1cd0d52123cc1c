import { fileURLToPath } from 'node:url';
import type { SimulatorProcesses } from '../../src/simulator/launch.ts';
import { fakeCredentials, type RunningServer, startServer } from '../e2e/harness/server.ts';

/** How a server is set up between the two simulators; everything has a default. */
export interface World {
  /** How the upstream is reached. Default `http`: the newest protocol; `session` is Streamable HTTP with sessions. */
  transport?: 'http' | 'session' | 'stdio';
  /** In place of the simulator's own address. */
  endpoint?: (url: string) => string;
  upstreamUrl?: (url: string) => string;
  credentials?: boolean;
  env?: Record<string, string>;
  mcp?: Record<string, unknown>;
  routing?: Record<string, unknown>;
}

const mainPath = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/**
 * Calls in a row that open a breaker: more than one operation makes with its retries, so that "counts" and "opens at once"
 * can be told apart; and no trial within a row, so that an open breaker stays open.
 */
export const failuresToOpen = 5;
const slowBreaker = { consecutiveFailures: failuresToOpen, openMs: 60_000, maxOpenMs: 60_000 };

export function startIn(simulator: SimulatorProcesses, world: World = {}): Promise<RunningServer> {
  const { endpoint = same, credentials = true } = world;
  return startServer({
    main: mainPath,
    env: { ...(credentials ? fakeCredentials : {}), ...world.env },
    config: {
      logLevel: 'error',
      direct: { region: 'eu-central-1', endpoint: endpoint(simulator.bedrock.url) },
      mcp: { upstreams: [upstream(simulator, world)], ...world.mcp },
      // 0: only the breaker, and never the share of bad calls, decides that a path is left.
      routing: { hedging: false, fallbackAggressiveness: 0, breaker: slowBreaker, ...world.routing },
    },
  });
}

function upstream({ upstream }: SimulatorProcesses, { transport = 'http', upstreamUrl = same }: World) {
  const common = { name: 'simulator', tool: 'answer_operation' };
  if (transport !== 'stdio') {
    return { ...common, url: upstreamUrl(upstream.url), ...(transport === 'session' ? { protocol: 'legacy' } : {}) };
  }
  const args = [mainPath, 'simulate', 'upstream', '--stdio', '--control-url', upstream.control.url];
  return { ...common, command: process.execPath, args };
}

function same(url: string): string {
  return url;
}
