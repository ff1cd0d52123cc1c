import { createServer } from 'node:http';
import { z } from 'zod';

const converseSchema = z.looseObject({
  messages: z.array(z.looseObject({ content: z.array(z.looseObject({ text: z.string() })) })),
});

export interface EchoBedrock {
  endpoint: string;
  /** Bodies as they came in. */
  bodies: string[];
  close(): Promise<void>;
}

/** A Bedrock that answers with what it was asked, and keeps what the SDK really put on the wire. */
export async function echoBedrock(): Promise<EchoBedrock> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      bodies.push(body);
      const { messages } = converseSchema.parse(JSON.parse(body));
      const text = messages.at(-1)?.content.at(-1)?.text ?? '';
      response.setHeader('content-type', 'application/json');
      const output = { message: { role: 'assistant', content: [{ text }] } };
      const usage = { inputTokens: 3, outputTokens: 1, totalTokens: 4 };
      response.end(JSON.stringify({ output, stopReason: 'end_turn', usage, metrics: { latencyMs: 1 } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
