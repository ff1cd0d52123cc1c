import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { describe, expect, it } from 'vitest';
import { CountingTransport } from '../src/counting-transport.ts';

async function counted() {
  let sending = Promise.resolve();
  let closed = 0;
  const inner: Transport = { start: async () => {}, send: () => sending, close: async () => inner.onclose?.() };
  const transport = new CountingTransport(inner, () => {
    closed += 1;
  });
  await transport.start();
  const receive = (message: JSONRPCMessage) => inner.onmessage?.(message);
  const isIdle = () =>
    Promise.race([transport.idle().then(() => true), new Promise((tell) => setImmediate(tell, false))]);
  const hold = () => {
    let release = () => {};
    sending = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { transport, receive, isIdle, hold, closed: () => closed };
}

const request = (id: number | string, method = 'tools/call') => ({ jsonrpc: '2.0' as const, id, method });
const answer = (id: number | string) => ({ jsonrpc: '2.0' as const, id, result: {} });

describe('a transport that counts', () => {
  it('is idle when each call has its answer on the wire', async () => {
    const { transport, receive, isIdle, hold } = await counted();
    expect(await isIdle()).toBe(true);
    receive(request(1));
    receive(request('two'));
    const whenIdle = transport.idle();
    await transport.send(answer(1));
    expect(await isIdle()).toBe(false);
    const release = hold();
    const sent = transport.send(answer('two'));
    expect(await isIdle()).toBe(false);
    release();
    await sent;
    await whenIdle;
    expect(await isIdle()).toBe(true);
  });

  it('waits for no answer to what was cancelled, and for nothing but calls', async () => {
    const { receive, isIdle } = await counted();
    receive(request(1));
    receive(request(2, 'subscriptions/listen'));
    expect(await isIdle()).toBe(false);
    receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    expect(await isIdle()).toBe(true);
  });

  it('takes an error or a failed write for an end too', async () => {
    const { transport, receive, isIdle } = await counted();
    receive(request(1));
    await transport.send({ jsonrpc: '2.0', id: 1, error: { code: -32_603, message: 'no' } });
    expect(await isIdle()).toBe(true);
  });

  it('is idle, and says so, when the connection is closed', async () => {
    const { transport, receive, isIdle, closed } = await counted();
    let told = false;
    transport.onclose = () => {
      told = true;
    };
    receive(request(1));
    await transport.close();
    expect(await isIdle()).toBe(true);
    expect([told, closed()]).toEqual([true, 1]);
  });
});
