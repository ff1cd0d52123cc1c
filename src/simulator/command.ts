import { Command, InvalidArgumentError } from 'commander';
import type { RunningSimulator } from './simulator.ts';

interface CommonOptions {
  port: number;
  controlPort: number;
  seed: number;
  endWithStdin?: boolean;
}

interface UpstreamOptions extends CommonOptions {
  stdio?: boolean;
  controlUrl?: string;
}

const PORT = integer('a port', 65_535);
const SEED = integer('a seed', 4_294_967_295);

/** `simulate bedrock` and `simulate upstream`. What they run is loaded only when they run. */
export function simulateCommand(): Command {
  const command = new Command('simulate').description(
    'Simulate AWS Bedrock or an upstream MCP server on 127.0.0.1, with faults that can be switched on at run time.',
  );
  withPorts(command.command('bedrock'))
    .description('A server that speaks the wire format of Bedrock Runtime')
    .action(async (options: CommonOptions) => {
      const { startBedrockSimulator } = await import('./bedrock/server.ts');
      announce('bedrock', await startBedrockSimulator(options), options);
    });
  withPorts(command.command('upstream'))
    .description('An upstream MCP server with the tool answer_operation')
    .option('--stdio', 'speak MCP on stdin and stdout instead of opening a port')
    .option('--control-url <url>', 'with --stdio: take faults from this simulator, and report calls to it')
    .action(async (options: UpstreamOptions) => {
      if (options.stdio === true) {
        const { serveUpstreamOverStdio } = await import('./upstream/stdio-server.ts');
        await serveUpstreamOverStdio({ seed: options.seed, controlUrl: options.controlUrl });
        return;
      }
      if (options.controlUrl !== undefined) {
        throw new Error('--control-url goes with --stdio; over HTTP the simulator has a control port of its own.');
      }
      const { startUpstreamSimulator } = await import('./upstream/http-server.ts');
      announce('upstream', await startUpstreamSimulator(options), options);
    });
  return command;
}

function withPorts(command: Command): Command {
  return command
    .option('--port <port>', 'port on 127.0.0.1, 0 for a free one', PORT, 0)
    .option('--control-port <port>', 'port of the control API, 0 for a free one', PORT, 0)
    .option('--seed <seed>', 'seed of everything random, 0 to 4294967295', SEED, 1)
    .option('--end-with-stdin', 'end when stdin closes, and so with the process that holds it');
}

function integer(what: string, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) throw new InvalidArgumentError(`${what} is an integer, 0 to ${max}.`);
    return value;
  };
}

/** Says on stderr, in one line of JSON, where the simulator listens; ends it on SIGTERM and SIGINT. */
function announce(server: 'bedrock' | 'upstream', running: RunningSimulator, options: CommonOptions): void {
  const end = () => {
    running.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  if (options.endWithStdin === true) process.stdin.once('end', end).once('error', end).resume();
  const { url, controlUrl } = running;
  process.stderr.write(`${JSON.stringify({ event: 'SIMULATOR_LISTENING', server, url, controlUrl })}\n`);
}
