import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { z } from 'zod';

export interface RoundRobin {
  url: string;
  /** How many requests each replica has had. */
  counts: () => number[];
  close(): Promise<void>;
}

/** A load balancer without affinity: each request goes to the next replica, streams and all. */
export async function roundRobin(replicas: readonly string[]): Promise<RoundRobin> {
  const counts = replicas.map(() => 0);
  let turn = 0;
  const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const index = turn++ % replicas.length;
    counts[index] = (counts[index] ?? 0) + 1;
    const { method, url = '/', headers } = incoming;
    const onward = request(new URL(url, replicas[index]), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      // A stream says that it is open before its first event.
      outgoing.flushHeaders();
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = createServer(forward);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => [...counts],
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
