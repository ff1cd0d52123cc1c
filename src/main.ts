#!/usr/bin/env node
import { Command, Option } from 'commander';
import { HybridRoutingError } from './config/errors.ts';
import { loadConfig } from './config/load.ts';
import { maskSecrets } from './config/mask.ts';
import type { Config } from './config/schema.ts';
import { simulateCommand } from './simulator/command.ts';
import { version } from './version.ts';

interface ConfigOptions {
  config?: string;
  set?: string[];
  region?: string;
  modelId?: string;
  logLevel?: string;
  simulate?: boolean;
  stateDir?: string;
}

/** A command that takes the configuration's flags; each command loads its own parts, so that none pays for another. */
function configured(name: string, description: string, run: (config: Config) => Promise<void>): Command {
  return new Command(name)
    .description(description)
    .option('--config <file>', 'configuration file (JSON)')
    .option('--set <key=value>', 'set one key, such as direct.maxTokens=512', (pair: string, known: string[] = []) => [
      ...known,
      pair,
    ])
    .option('--region <region>', 'AWS region (direct.region)')
    .option('--model-id <id>', 'Bedrock model or inference profile (direct.modelId)')
    .option('--log-level <level>', 'level of the log on stderr (logLevel)')
    .option('--state-dir <folder>', 'where state and the audit log lie (store.folder)')
    .addOption(new Option('--simulate', 'answer from the built-in simulator, and say so everywhere'))
    .action(async (options: ConfigOptions) => run(configOf(options)));
}

function configOf({ config, set, region, modelId, logLevel, simulate, stateDir }: ConfigOptions): Config {
  return loadConfig({
    file: config,
    env: process.env,
    set: set ?? [],
    flags: { 'direct.region': region, 'direct.modelId': modelId, logLevel, simulate, 'store.folder': stateDir },
  });
}

const program = new Command('hybrid-routing-mcp')
  .description('MCP server that routes AI operations between AWS Bedrock and an upstream MCP server.')
  .version(version)
  .showHelpAfterError()
  .addCommand(
    configured('stdio', 'serve MCP on stdin and stdout (the default)', async (config) => {
      const { runStdio } = await import('./stdio.ts');
      await runStdio(config);
    }),
    { isDefault: true },
  )
  .addCommand(
    configured('config', 'print the effective configuration, secrets masked', async (config) => {
      process.stdout.write(`${JSON.stringify(maskSecrets(config), null, 2)}\n`);
    }),
  )
  .addCommand(
    new Command('demo').description('run the main job on the simulator and tell what happens').action(async () => {
      const { runDemo } = await import('./demo/demo.ts');
      if ((await runDemo()) > 0) process.exitCode = 1;
    }),
  )
  .addCommand(simulateCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof HybridRoutingError)) throw error;
  process.stderr.write(`hybrid-routing-mcp: ${error.message}. ${error.remedy}\n`);
  process.exitCode = 1;
}
