import type { Agent } from 'undici';
import { type Zone, zoneOf as zoneOfAddress } from './address-rules.ts';
import { createGuardedAgent, type Resolve, resolveBySystem } from './guarded-agent.ts';
import { Perimeter, RequestRefused } from './perimeter.ts';

interface Dependencies {
  /** Who asks, for errors: `Upstream kb`. */
  name: string;
  /** What the operator configured, the service itself first. */
  trusted: readonly [URL, ...URL[]];
  /** Sent to the service's own origin alone, where a request does not set them itself: they may hold a key. */
  headers?: Readonly<Record<string, string>>;
  /** DNS; the system's by default. */
  resolve?: Resolve;
  /** Which network an address is in; by the registries by default. */
  zoneOf?: (address: string) => Zone;
}

export interface GuardedFetch {
  /** As the global one, for bodies of text and forms. Where it refuses a request it rejects with a TypeError, caused by a RequestRefused. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
  /** Ends its connections. */
  close(): Promise<void>;
}

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** What another origin may be told: nothing that says who asks, or in which session. */
const sentAnywhere: ReadonlySet<string> = new Set([
  ...['accept', 'accept-language', 'content-type', 'user-agent'],
  ...['mcp-protocol-version', 'mcp-method', 'mcp-name'],
]);

interface Wanted {
  url: URL;
  method: string;
  headers: Headers;
  body: string | URLSearchParams | null;
}

/** A fetch for what an operator configured and for whatever that leads to: each connection and each redirect is checked. */
export function createGuardedFetch(dependencies: Dependencies): GuardedFetch {
  const { name, trusted, headers = {}, resolve = resolveBySystem, zoneOf = zoneOfAddress } = dependencies;
  const perimeter = new Perimeter({ name, trusted, zoneOf });
  // Loaded with the first request: a server whose upstreams are processes does without.
  let loaded: Promise<{ agent: Agent; undici: typeof import('undici') }> | undefined;
  const load = async () => {
    const undici = await import('undici');
    return { agent: createGuardedAgent(undici, perimeter, resolve), undici };
  };
  const send = async ({ url, method, headers, body }: Wanted, signal: AbortSignal | null) => {
    perimeterCheck(perimeter, url);
    loaded ??= load();
    const { agent, undici } = await loaded;
    return undici.fetch(url, { method, headers: [...headers], body, signal, redirect: 'manual', dispatcher: agent });
  };
  return {
    async fetch(input, init = {}) {
      let wanted = asWanted(new URL(input), init, trusted[0].origin, headers);
      for (let followed = 0; ; followed += 1) {
        const response = await send(wanted, init.signal ?? null);
        const location = redirects.has(response.status) ? response.headers.get('location') : null;
        if (location === null || init.redirect === 'manual') return ours(response);
        await response.body?.cancel();
        if (init.redirect === 'error') throw refusedRedirect(name, wanted.url, 'where none is followed');
        if (followed === maxRedirects) throw refusedRedirect(name, wanted.url, `more than ${maxRedirects} times`);
        wanted = redirected(wanted, new URL(location, wanted.url), response.status, name);
      }
    },
    async close() {
      const parts = await loaded?.catch(() => undefined); // what was not loaded has no connections
      await parts?.agent.destroy();
    },
  };
}

function asWanted(url: URL, init: RequestInit, own: string, ownHeaders: Readonly<Record<string, string>>): Wanted {
  const { body = null } = init;
  if (body !== null && typeof body !== 'string' && !(body instanceof URLSearchParams)) {
    throw new TypeError('A guarded fetch sends text and forms alone');
  }
  const headers = new Headers(init.headers);
  if (url.origin === own) {
    for (const [name, value] of Object.entries(ownHeaders)) if (!headers.has(name)) headers.set(name, value);
  }
  return { url, method: init.method ?? 'GET', headers, body };
}

/** As fetch does it (a 303, and a POST answered by 301 or 302, becomes a GET), with nothing secret for another origin. */
function redirected(wanted: Wanted, url: URL, status: number, name: string): Wanted {
  const elsewhere = url.origin !== wanted.url.origin;
  const { method } = wanted;
  const becomesGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST';
  const next: Wanted = becomesGet ? { ...wanted, url, method: 'GET', body: null } : { ...wanted, url };
  const headers = new Headers(
    [...wanted.headers].filter(
      ([header]) => (!elsewhere || sentAnywhere.has(header)) && (next.body !== null || !header.startsWith('content-')),
    ),
  );
  if (wanted.url.protocol === 'https:' && url.protocol === 'http:') {
    throw refusedRedirect(name, wanted.url, `from HTTPS to ${url.origin}, which is not encrypted`);
  }
  // The form of a token request is itself a credential.
  if (elsewhere && (next.body instanceof URLSearchParams || isForm(wanted.headers))) {
    throw refusedRedirect(name, wanted.url, `a request with credentials to another origin, ${url.origin}`);
  }
  return { ...next, headers };
}

function isForm(headers: Headers): boolean {
  return headers.get('content-type')?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function perimeterCheck(perimeter: Perimeter, url: URL): void {
  try {
    perimeter.checkUrl(url);
  } catch (cause) {
    throw failed(cause);
  }
}

function refusedRedirect(name: string, { origin }: URL, what: string): TypeError {
  const remedy = `Give ${name.charAt(0).toLowerCase()}${name.slice(1)} the URL that it ends at.`;
  return failed(new RequestRefused('redirect_refused', `${name}: ${origin} redirects ${what}`, remedy));
}

/** As fetch fails where the network does, so that every client takes it for what it is: no answer. */
function failed(cause: unknown): TypeError {
  return new TypeError('fetch failed', { cause });
}

/** The global class, which clients know a response by. */
function ours({ status, statusText, headers, body }: import('undici').Response): Response {
  return new Response(withoutBody.has(status) ? null : body, { status, statusText, headers: [...headers] });
}
