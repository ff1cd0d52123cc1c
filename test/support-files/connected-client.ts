import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import type { OperationContext } from '../../src/operations/operation.ts';
import { createServer } from '../../src/server.ts';

/** A real client, connected to a real server over these parts. */
export async function connectedClient(context: OperationContext): Promise<Client> {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: 'test', version: '1.0.0' });
  await Promise.all([createServer(context).connect(serverSide), client.connect(clientSide)]);
  return client;
}
