import { closeState, createState } from './app-state.ts';
import { HybridRoutingError } from './config/errors.ts';
import type { Config } from './config/schema.ts';
import type { UpstreamConfig } from './config/upstream-schema.ts';
import { personAtBrowser } from './paths/login-listener.ts';
import { toolsOfThisProcess } from './paths/tool-watch.ts';
import { UpstreamConnection } from './paths/upstream-connection.ts';
import { loginOfThisProcess } from './paths/upstream-login.ts';
import { sealedLoginSchema, UpstreamLogins } from './paths/upstream-logins.ts';
import { createLogger } from './telemetry/logger.ts';

/** How long a person may take, in ms. */
const loginTimeoutMs = 300_000;

/** `hybrid-routing-mcp upstream login NAME`: a person signs this server in; every server on the same state uses the login. */
export async function loginUpstream(config: Config, name: string): Promise<void> {
  const upstream = personal(config, name);
  const logger = createLogger({ ...config, logLevel: 'warn' });
  const state = createState({ config, logger, env: process.env, wallClock: () => Date.now() });
  try {
    // What cannot be kept need not be asked for.
    await state.store.run(async () => undefined);
    const logins = new UpstreamLogins({
      placeOf: (each) => state.shared.value('upstream_login', each, sealedLoginSchema),
      keys: state.keys,
      ready: () => state.shared.refresh(),
    });
    // The old login stays until there is a new one; scopes that were missed are asked for.
    const kept = logins.of(name);
    const login = loginOfThisProcess();
    const old = await kept.load();
    if (old) await login.save({ client: old.client, scope: old.scope });
    await signIn(config, upstream, login);
    await kept.save(await login.load());
    say(`Signed in to upstream ${name}. Servers on this state use the login from now on.`);
  } finally {
    await closeState(state, logger);
  }
}

function personal(config: Config, name: string): UpstreamConfig & { oauth: NonNullable<UpstreamConfig['oauth']> } {
  const upstream = config.mcp.upstreams.find((each) => each.name === name);
  if (upstream?.oauth?.grant === 'authorization_code') return { ...upstream, oauth: upstream.oauth };
  const names = config.mcp.upstreams.flatMap((each) => (each.oauth?.grant === 'authorization_code' ? [each.name] : []));
  throw new HybridRoutingError(
    'no_login',
    `${JSON.stringify(name)} is no upstream that a person signs in to; those are: ${names.join(', ') || 'none'}`,
    'Set oauth of the upstream in mcp.upstreams, with grant authorization_code.',
  );
}

type Personal = ReturnType<typeof personal>;

async function signIn(config: Config, upstream: Personal, login: ReturnType<typeof loginOfThisProcess>): Promise<void> {
  const show = (url: URL) => say(`Open this URL in a browser on this machine:\n${url.href}`);
  const connection = new UpstreamConnection({
    upstream,
    connectTimeoutMs: loginTimeoutMs,
    maxAnswerBytes: config.mcp.maxAnswerBytes,
    onStateChange: () => {},
    knownTools: toolsOfThisProcess(),
    onToolChange: () => {},
    login,
    person: personAtBrowser({ port: upstream.oauth.redirectPort, timeoutMs: loginTimeoutMs, show }),
  });
  try {
    await connection.client();
    await connection.signIn();
  } finally {
    await connection.close();
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
