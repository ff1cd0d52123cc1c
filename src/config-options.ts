import { type Command, Option } from 'commander';
import { loadConfig } from './config/load.ts';
import type { Config } from './config/schema.ts';

/** The configuration's flags, as every command takes them. */
export interface ConfigOptions {
  config?: string;
  set?: string[];
  region?: string;
  modelId?: string;
  logLevel?: string;
  simulate?: boolean;
  stateDir?: string;
}

export function withConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (JSON)')
    .option('--set <key=value>', 'set one key, such as direct.maxTokens=512', (pair: string, known: string[] = []) => [
      ...known,
      pair,
    ])
    .option('--region <region>', 'AWS region (direct.region)')
    .option('--model-id <id>', 'Bedrock model or inference profile (direct.modelId)')
    .option('--log-level <level>', 'level of the log on stderr (logLevel)')
    .option('--state-dir <folder>', 'where state and the audit log lie (store.folder)')
    .addOption(new Option('--simulate', 'answer from the built-in simulator, and say so everywhere'));
}

/**
 * The configuration that the flags, the environment and the file give.
 * @param more what a command's own flags set, by dotted key
 * @throws ConfigError
 */
export function configOf(options: ConfigOptions, more: Readonly<Record<string, unknown>> = {}): Config {
  const { config, set, region, modelId, logLevel, simulate, stateDir } = options;
  const flags = { 'direct.region': region, 'direct.modelId': modelId, logLevel, simulate, 'store.folder': stateDir };
  return loadConfig({ file: config, env: process.env, set: set ?? [], flags: { ...flags, ...more } });
}
