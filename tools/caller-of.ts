import type { McpServer, ServerContext } from '@modelcontextprotocol/server';
import { type Scope, scopes } from '../src/config/scopes.ts';
import type { OperationContext } from '../src/operations/operation.ts';
import type { Caller, CallerIdentity } from '../src/support/caller.ts';
import { cut } from './format.ts';

interface Answering {
  server: McpServer;
  context: OperationContext;
}

/** Who makes a request: over HTTP whoever the token names, on stdio the user whose client started the process. */
export function callerOf(request: ServerContext, { server, context }: Answering): Caller {
  const { mcpReq } = request;
  const identity = identityOf(request, clientOf(server), context);
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return { identity, cancelled: mcpReq.signal };
  let progress = 0;
  const onProgress = (message: string) => {
    progress += 1;
    // A client that has gone away is no reason to stop the operation; its transport reports the loss.
    void mcpReq
      .notify({ method: 'notifications/progress', params: { progressToken, progress, message } })
      .catch(() => undefined);
  };
  return { identity, cancelled: mcpReq.signal, onProgress };
}

function identityOf({ http }: ServerContext, client: string | null, { config }: OperationContext): CallerIdentity {
  if (!http) return { transport: 'stdio', client, principal: 'stdio', scopes: config.access.allow, address: null };
  const { clientId = 'nobody', scopes: granted = [], extra } = http.authInfo ?? {};
  const address = typeof extra?.address === 'string' ? extra.address : null;
  return { transport: 'http', client, principal: clientId, scopes: granted.filter(isScope), address };
}

function isScope(name: string): name is Scope {
  return scopes.some((scope) => scope === name);
}

/** What the client says of itself, cut: it is shown and recorded, and the client decides what it is. */
function clientOf({ server }: McpServer): string | null {
  const { name, version } = server.getClientVersion() ?? {};
  return name === undefined ? null : cut(`${name} ${version ?? ''}`.slice(0, 1_000).replace(/\p{C}/gu, '').trim(), 100);
}
