import { Command } from 'commander';
import { createApp } from './app.ts';
import type { Config } from './config/schema.ts';
import { scopes } from './config/scopes.ts';
import { type ConfigOptions, configOf, withConfigOptions } from './config-options.ts';
import { parseInput } from './operations/parse-input.ts';
import { argumentsOf, inputFor, type RoutedAction, routedActions } from './operations/registry.ts';
import { textArguments } from './operations/text-arguments.ts';
import type { Caller } from './support/caller.ts';
import { createLogger } from './telemetry/logger.ts';

type Options = ConfigOptions & Record<string, unknown>;

/**
 * `hybrid-routing-mcp admin ...`: a command for each route of the registry, under the same words: `/admin/emergency/enable` is
 * `admin emergency enable`. It works on the state, which the running servers share.
 */
export function adminCommand(): Command {
  const root = new Command('hybrid-routing-mcp admin')
    .enablePositionalOptions()
    .description('operate the servers on this state');
  for (const routed of routedActions) {
    const [, ...words] = routed.route.path.split('/').filter(Boolean);
    const names = [...words.filter((word) => !word.startsWith('{')), ...(listsOthers(routed) ? ['list'] : [])];
    const command = names.reduce(commandUnder, root);
    const positional = words.filter((word) => word.startsWith('{')).map((word) => word.slice(1, -1));
    command.description(routed.route.summary);
    for (const name of positional) command.argument(`<${name}>`);
    for (const name of argumentsOf(routed)) if (!positional.includes(name)) addOption(command, routed, name);
    withConfigOptions(command).action(async (...given: unknown[]) => {
      const options = command.opts<Options>();
      const texts = Object.fromEntries(positional.map((name, index) => [name, String(given[index])]));
      await act(routed, { ...textsOf(routed, options), ...texts }, configOf(options));
    });
  }
  return root;
}

/** Whether a route without a name has the words of one with a name: `feature-flags list`, `feature-flags hedging`. */
function listsOthers({ route }: RoutedAction): boolean {
  return routedActions.some(({ route: { path } }) => path.startsWith(`${route.path}/{`));
}

function commandUnder(parent: Command, name: string): Command {
  const known = parent.commands.find((command) => command.name() === name);
  if (known) return known;
  // A command may have commands under it: an option behind one of these is its own.
  const command = new Command(name).enablePositionalOptions();
  parent.addCommand(command);
  return command;
}

function addOption(command: Command, { action }: RoutedAction, name: string): void {
  const schema = action.input.shape[name];
  const about = schema?.description ?? '';
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (name === 'dryRun') command.option(flag, about);
  else command.option(`${flag} <value>`, about);
}

function textsOf(routed: RoutedAction, options: Options): Record<string, string> {
  const given = argumentsOf(routed).flatMap((name) => {
    const value = options[name];
    return value === undefined || Array.isArray(value) ? [] : [[name, String(value)] as const];
  });
  return Object.fromEntries(given);
}

/** Runs an action on the state, and prints its answer as JSON. */
async function act(routed: RoutedAction, texts: Record<string, string>, config: Config): Promise<void> {
  const { operation, action } = routed;
  const logger = createLogger({ ...config, logLevel: 'warn' });
  const app = createApp({ config, logger, env: process.env });
  const identity = { transport: 'cli', client: null, principal: 'cli', scopes, address: null } as const;
  const caller: Caller = { identity, cancelled: new AbortController().signal };
  try {
    // A command is told at once that there is no store; a server goes on without one.
    await app.state.store.run(async () => undefined);
    const input = parseInput(app, operation, inputFor(routed, textArguments(action.input, texts)), caller);
    process.stdout.write(`${JSON.stringify(await operation.run(app, input, caller), null, 2)}\n`);
  } finally {
    await app.close();
  }
}
