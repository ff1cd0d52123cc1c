import { type JSONRPCMessage, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server';
import { expect, it } from 'vitest';
import { RelayedTransport } from '../../../src/http/mcp/relayed-transport.ts';

/** A transport of the replica `one`, with what its server gets, what its client is sent, and what is handed on. */
async function relayed() {
  const inner = new WebStandardStreamableHTTPServerTransport();
  const sent: JSONRPCMessage[] = [];
  inner.send = async (message) => void sent.push(message);
  const got: JSONRPCMessage[] = [];
  const foreign: [JSONRPCMessage, string | null][] = [];
  const onForeign = (message: JSONRPCMessage, to: string | null) => void foreign.push([message, to]);
  const transport = new RelayedTransport({ inner, replica: 'one', onForeign });
  transport.onmessage = (message) => void got.push(message);
  await transport.start();
  const receive = (message: JSONRPCMessage) => inner.onmessage?.(message);
  return { transport, receive, sent, got, foreign };
}

const question = { jsonrpc: '2.0', id: 0, method: 'elicitation/create', params: {} } as const;
const answer = (id: string | number) => ({ jsonrpc: '2.0', id, result: { action: 'accept' } }) as const;
const cancel = (requestId: string | number) =>
  ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } }) as const;
const call = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'x' } } as const;

it('asks under its own name, and knows the answer by it', async () => {
  const { transport, receive, sent, got, foreign } = await relayed();
  await transport.send(question);
  expect(sent).toEqual([{ ...question, id: 'one:0' }]);
  receive(answer('one:0'));
  expect(got).toEqual([answer(0)]);
  expect(foreign).toEqual([]);
});

it("hands an answer to another one's question on, to that one", async () => {
  const { receive, got, foreign } = await relayed();
  receive(answer('two:0'));
  receive(answer(0));
  expect(got).toEqual([]);
  expect(foreign).toEqual([
    [answer('two:0'), 'two'],
    [answer(0), null],
  ]);
});

it('takes what it was handed', async () => {
  const { transport, got } = await relayed();
  transport.deliver(answer('one:3'));
  transport.deliver(answer('two:3'));
  transport.deliver(cancel(7));
  expect(got).toEqual([answer(3), cancel(7)]);
});

it('hands the end of a call on that is not running here', async () => {
  const { transport, receive, got, foreign } = await relayed();
  receive(call);
  expect(transport.running).toBe(1);
  receive(cancel(7));
  expect(transport.running).toBe(0);
  expect(foreign).toEqual([]);
  receive(cancel(8));
  expect(foreign).toEqual([[cancel(8), null]]);
  expect(got).toEqual([call, cancel(7), cancel(8)]);
});

it('takes a question back under the name it was asked by', async () => {
  const { transport, sent } = await relayed();
  await transport.send(cancel(0));
  expect(sent).toEqual([cancel('one:0')]);
});

it('counts a call until its answer is sent', async () => {
  const { transport, receive } = await relayed();
  receive(call);
  await transport.send(answer(7));
  expect(transport.running).toBe(0);
});
