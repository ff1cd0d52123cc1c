import { randomBytes } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { digestOf, newToken, type RandomBytes } from './access/tokens.ts';
import { type TokenConfig, tokenSchema } from './config/access-schema.ts';
import { ConfigError } from './config/errors.ts';
import { type Scope, scopeSchema, scopes } from './config/scopes.ts';

interface Wanted {
  name: string;
  scopes: readonly Scope[];
  agent?: boolean | undefined;
  /** ISO 8601 with an offset; without it the token does not end. */
  expiresAt?: string | undefined;
  random: RandomBytes;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

interface Created {
  /** To be shown once, and kept by its owner. */
  token: string;
  /** What to put into access.tokens. */
  entry: TokenConfig;
}

/** Makes a static token. @throws ConfigError naming what is wrong with its name, scopes or end */
export function createToken({ name, scopes: granted, agent, expiresAt, random, wallClock }: Wanted): Created {
  const token = newToken(random);
  const sha256 = digestOf(token).toString('hex');
  const parsed = tokenSchema.safeParse({ name, sha256, scopes: [...new Set(granted)], agent, expiresAt });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(`No token can be made: ${problems.join('; ')}`, 'Correct the options named above.');
  }
  if (expiresAt !== undefined && Date.parse(expiresAt) <= wallClock()) {
    throw new ConfigError(`No token can be made: expiresAt: ${expiresAt} is past`, 'Give a time in the future.');
  }
  return { token, entry: parsed.data };
}

interface CreateFlags {
  name: string;
  scopes: Scope[];
  agent?: boolean;
  expires?: string;
}

/** `hybrid-routing-mcp token ...` */
export function tokenCommand(): Command {
  return new Command('token').description('bearer tokens for HTTP').addCommand(
    new Command('create')
      .description('make a token: it is printed once, on stdout; its entry for access.tokens follows on stderr')
      .requiredOption('--name <name>', 'name in the audit log and in logs')
      .requiredOption('--scopes <scopes>', `what it may do: ${scopes.join(', ')}, separated by commas`, scopesOf)
      .option('--agent', 'it belongs to an agent: its changes are confirmed, and /admin takes none from it')
      .option('--expires <time>', 'when it ends, ISO 8601 such as 2030-01-31T12:00:00Z; never by default')
      .action(({ name, scopes: granted, agent, expires: expiresAt }: CreateFlags) => {
        const { token, entry } = createToken({
          name,
          scopes: granted,
          agent,
          expiresAt,
          random: randomBytes,
          wallClock: Date.now,
        });
        process.stdout.write(`${token}\n`);
        // Apart from the token, so that `TOKEN=$(...)` takes the token alone.
        const text = JSON.stringify(entry, null, 2);
        process.stderr.write(`Keep the token: it is stored nowhere. Add this to access.tokens:\n${text}\n`);
      }),
  );
}

function scopesOf(text: string): Scope[] {
  const parsed = z.array(scopeSchema).safeParse(text.split(',').map((word) => word.trim()));
  if (parsed.success) return parsed.data;
  throw new InvalidArgumentError(`must be some of ${scopes.join(', ')}, separated by commas.`);
}
