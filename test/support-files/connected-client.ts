import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import { scopes } from '../../src/config/scopes.ts';
import type { OperationContext } from '../../src/operations/operation.ts';
import { createServer } from '../../src/server.ts';

/** A real client, connected to a real server over these parts; its user may do everything, and confirms every change. */
export async function connectedClient(context: OperationContext): Promise<Client> {
  const { config } = context;
  const allowing = { ...context, config: { ...config, access: { ...config.access, allow: [...scopes] } } };
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities: { elicitation: { form: {} } } });
  client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: { confirm: true } }));
  await Promise.all([createServer(allowing).connect(serverSide), client.connect(clientSide)]);
  return client;
}
