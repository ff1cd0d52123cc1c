import { startBedrockSimulator } from '../../src/simulator/bedrock/server.ts';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import { startUpstreamSimulator } from '../../src/simulator/upstream/http-server.ts';

interface Simulated {
  url: string;
  control: SimulatorControl;
  close(): Promise<void>;
}

export async function simulatedBedrock(): Promise<Simulated> {
  return withControl(await startBedrockSimulator());
}

export async function simulatedUpstream(): Promise<Simulated> {
  return withControl(await startUpstreamSimulator({ exit: () => {} }));
}

function withControl({ url, controlUrl, close }: { url: string; controlUrl: string; close(): Promise<void> }) {
  return { url, control: new SimulatorControl(controlUrl), close };
}
