import type { Config } from './config/schema.ts';
import { upstreamSchema } from './config/upstream-schema.ts';

/** The simulator that a server answers from: running already, or started for it. */
export interface SimulatorInUse {
  config: Config;
  close(): Promise<void>;
}

/**
 * With `simulate`, points both paths at the simulator and nowhere else: a configured endpoint or upstream is not called.
 * Starts the simulator's processes where no running ones are configured.
 */
export async function useSimulator(config: Config): Promise<SimulatorInUse> {
  if (!config.simulate) return { config, close: async () => {} };
  const { bedrockUrl, upstreamUrl } = config.simulator;
  if (bedrockUrl !== undefined && upstreamUrl !== undefined) {
    return { config: pointedAt(config, bedrockUrl, upstreamUrl), close: async () => {} };
  }
  const { launchSimulator } = await import('./simulator/launch.ts');
  const simulator = await launchSimulator();
  return {
    config: pointedAt(config, bedrockUrl ?? simulator.bedrock.url, upstreamUrl ?? simulator.upstream.url),
    close: () => simulator.close(),
  };
}

function pointedAt(config: Config, bedrockUrl: string, upstreamUrl: string): Config {
  const upstream = upstreamSchema.parse({
    name: 'simulator',
    url: upstreamUrl,
    tool: 'answer_operation',
    arguments: { prompt: '{{prompt}}', type: '{{type}}', context: '{{context}}' },
    result: 'structuredContent.answer',
    location: 'local',
  });
  return {
    ...config,
    direct: { ...config.direct, enabled: true, endpoint: bedrockUrl },
    mcp: { ...config.mcp, upstreams: [upstream] },
  };
}
