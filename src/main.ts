#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { HybridRoutingError } from './config/errors.ts';
import { maskSecrets } from './config/mask.ts';
import type { Config } from './config/schema.ts';
import { type Scope, scopeSchema } from './config/scopes.ts';
import { type ConfigOptions, configOf, withConfigOptions } from './config-options.ts';
import { simulateCommand } from './simulator/command.ts';
import { tokenCommand } from './token-commands.ts';
import { version } from './version.ts';

/** A command on the configuration alone; each command loads its own parts, so that none pays for another. */
function configured(name: string, description: string, run: (config: Config) => Promise<void>): Command {
  return withConfigOptions(new Command(name).description(description)).action(async (options: ConfigOptions) =>
    run(configOf(options)),
  );
}

/** `operate,security`: the words of the option for the scopes. */
function allowed(text: string): Scope[] {
  return text.split(',').map((word) => {
    const scope = scopeSchema.safeParse(word.trim() === 'operate' ? 'operator' : word.trim());
    if (scope.success) return scope.data;
    throw new InvalidArgumentError(`${JSON.stringify(word)} is none of operate, security, viewer, compliance`);
  });
}

function auditCommand(): Command {
  const seq = (text: string) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new InvalidArgumentError('must be the number of a row, from 1');
  };
  const list =
    <Value>(parse: (text: string) => Value) =>
    (text: string, known: Value[] = []) => [...known, parse(text)];
  return new Command('audit')
    .description('export the audit log, and verify an export or the log itself')
    .addCommand(
      withConfigOptions(new Command('export').description('write the log, or a range of it, to a file'))
        .requiredOption('--out <file>', 'file to write')
        .option('--from <row>', 'first row', seq)
        .option('--to <row>', 'last row', seq)
        .option('--prove <row>', 'add a proof that this row is in the log', list(seq))
        .action(async ({ out, from, to, prove, ...options }: ConfigOptions & ExportFlags) => {
          const { exportAudit } = await import('./state-commands.ts');
          await exportAudit(configOf(options), { out, from, to, prove });
        }),
    )
    .addCommand(
      withConfigOptions(new Command('verify'))
        .description(
          'verify an export offline, or without a file the log in the store; status 0 whole, 1 broken, 2 unreadable',
        )
        .argument('[file]', 'export to verify')
        .option(
          '--key <key>',
          'public key that must have signed it: the line that the export printed, or PEM',
          list(String),
        )
        .action(async (file: string | undefined, { key = [], ...options }: ConfigOptions & { key?: string[] }) => {
          const { verifyAuditFile, verifyAuditLog } = await import('./state-commands.ts');
          process.exitCode =
            file === undefined ? await verifyAuditLog(configOf(options)) : await verifyAuditFile(file, key);
        }),
    );
}

interface ExportFlags {
  out: string;
  from?: number;
  to?: number;
  prove?: number[];
}

function consentCommand(): Command {
  return new Command('consent').description('records of consent').addCommand(
    withConfigOptions(new Command('import'))
      .description('take a file of consent records, as a whole or not at all')
      .argument('<file>', 'CSV with a header, or JSON lines')
      .addOption(new Option('--format <format>', 'format, where the name does not end in it').choices(['csv', 'jsonl']))
      .action(async (file: string, { format, ...options }: ConfigOptions & { format?: 'csv' | 'jsonl' }) => {
        const { importConsentFile } = await import('./state-commands.ts');
        await importConsentFile(configOf(options), file, format ?? (file.endsWith('.csv') ? 'csv' : 'jsonl'));
      }),
  );
}

function upstreamCommand(): Command {
  return new Command('upstream').description('upstream MCP servers').addCommand(
    withConfigOptions(new Command('login'))
      .description('sign in to an upstream as a person; every server on this state uses the login')
      .argument('<name>', 'name in mcp.upstreams')
      .action(async (name: string, options: ConfigOptions) => {
        const { loginUpstream } = await import('./upstream-commands.ts');
        await loginUpstream(configOf(options), name);
      }),
  );
}

function httpCommand(): Command {
  const port = (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 0 && value <= 65_535 && text.trim() !== '') return value;
    throw new InvalidArgumentError('must be a port from 0 to 65535');
  };
  return withConfigOptions(new Command('http').description('serve MCP, health and the operators’ routes over HTTP'))
    .option('--host <address>', 'address to listen on (http.host)')
    .option('--port <port>', 'port to listen on, 0 for a free one (http.port)', port)
    .action(async ({ host, port, ...options }: ConfigOptions & { host?: string; port?: number }) => {
      const { runHttp } = await import('./serve-http.ts');
      await runHttp(configOf(options, { 'http.host': host, 'http.port': port }));
    });
}

const program = new Command('hybrid-routing-mcp')
  .description('MCP server that routes AI operations between AWS Bedrock and an upstream MCP server.')
  .version(version)
  .showHelpAfterError()
  .addCommand(
    withConfigOptions(new Command('stdio').description('serve MCP on stdin and stdout (the default)'))
      .option(
        '--allow <scopes>',
        'what the client may do besides reading and routing: operate, security (access.allow)',
        allowed,
      )
      .action(async ({ allow = [], ...options }: ConfigOptions & { allow?: Scope[] }) => {
        const { runStdio } = await import('./stdio.ts');
        const config = configOf(options);
        const access = { ...config.access, allow: [...new Set([...config.access.allow, ...allow])] };
        await runStdio({ ...config, access });
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
  .addCommand(
    // Its commands are made of the operations, which no other command has to load.
    new Command('admin')
      .description('operate the servers on this state: routing, modes, security, reports')
      .allowUnknownOption()
      .helpOption(false)
      .argument('[command...]')
      .action(async (_, __, command: Command) => {
        const { adminCommand } = await import('./admin-commands.ts');
        await adminCommand().parseAsync(command.args, { from: 'user' });
      }),
  )
  .addCommand(httpCommand())
  .addCommand(auditCommand())
  .addCommand(consentCommand())
  .addCommand(tokenCommand())
  .addCommand(upstreamCommand())
  .addCommand(simulateCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof HybridRoutingError)) throw error;
  process.stderr.write(`hybrid-routing-mcp: ${error.message}. ${error.remedy}\n`);
  process.exitCode = 1;
}
