import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { type ScriptedUpstream, scriptedUpstream } from './scripted-upstream.ts';

interface OAuthUpstream extends ScriptedUpstream {
  /** Forms that its token endpoint was sent, and how each was answered. */
  grants: { form: URLSearchParams; authorization: string | undefined; status: number }[];
  registrations: number;
  /** Ends every access token. */
  expire(): void;
  /** What a call needs; tokens without it are answered by 403. */
  neededScope: string;
}

/** An upstream with an authorization server of its own: discovery, registration, PKCE, refresh tokens that are used once. */
export async function oauthUpstream(): Promise<OAuthUpstream> {
  const access = new Map<string, string>();
  const refresh = new Map<string, string>();
  const codes = new Map<string, { challenge: string; scope: string }>();
  const grants: OAuthUpstream['grants'] = [];

  const json = (response: ServerResponse, status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return true;
  };
  const challenge = (response: ServerResponse, status: number, error: string) => {
    const metadata = `resource_metadata="${upstream.origin}/.well-known/oauth-protected-resource"`;
    const header = `Bearer error="${error}", scope="${upstream.neededScope}", ${metadata}`;
    response.writeHead(status, { 'www-authenticate': header }).end();
    return true;
  };
  const tokenAnswer = async (request: IncomingMessage, response: ServerResponse) => {
    const form = new URLSearchParams(await text(request));
    const scope = scopeOf(form);
    const status = scope === null ? 400 : 200;
    grants.push({ form, authorization: request.headers.authorization, status });
    if (scope === null) return json(response, 400, { error: 'invalid_grant' });
    const [token, next] = [`at-${randomUUID()}`, `rt-${randomUUID()}`];
    access.set(token, scope);
    refresh.set(next, scope);
    return json(response, 200, { access_token: token, token_type: 'Bearer', refresh_token: next, scope });
  };
  const scopeOf = (form: URLSearchParams): string | null => {
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return form.get('scope') ?? '';
      case 'refresh_token': {
        const used = form.get('refresh_token') ?? '';
        const scope = refresh.get(used) ?? null;
        refresh.delete(used);
        return scope;
      }
      default: {
        const code = codes.get(form.get('code') ?? '');
        const verifier = createHash('sha256')
          .update(form.get('code_verifier') ?? '')
          .digest('base64url');
        return code && code.challenge === verifier ? code.scope : null;
      }
    }
  };

  const base = await scriptedUpstream((request, response) => {
    const url = new URL(request.url ?? '/', upstream.origin);
    const { origin } = upstream;
    switch (url.pathname) {
      case '/.well-known/oauth-protected-resource':
        return json(response, 200, { resource: upstream.url, authorization_servers: [origin] });
      case '/.well-known/oauth-authorization-server':
        return json(response, 200, {
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          authorization_response_iss_parameter_supported: true,
        });
      case '/register':
        upstream.registrations += 1;
        return json(response, 201, { client_id: `client-${upstream.registrations}`, redirect_uris: [] });
      case '/authorize': {
        const code = randomUUID();
        const { searchParams: query } = url;
        codes.set(code, { challenge: query.get('code_challenge') ?? '', scope: query.get('scope') ?? '' });
        const back = new URL(query.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: origin }).toString();
        response.writeHead(302, { location: back.href }).end();
        return true;
      }
      case '/token':
        return tokenAnswer(request, response);
      case '/mcp': {
        const scope = access.get(request.headers.authorization?.replace('Bearer ', '') ?? '');
        if (scope === undefined) return challenge(response, 401, 'invalid_token');
        return scope.split(' ').includes(upstream.neededScope) ? false : challenge(response, 403, 'insufficient_scope');
      }
    }
    return json(response, 404, { error: 'not_found' });
  });
  const upstream: OAuthUpstream = Object.assign(base, {
    grants,
    registrations: 0,
    expire: () => access.clear(),
    neededScope: 'tools',
  });
  return upstream;
}
