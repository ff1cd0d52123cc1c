import { describe, expect, it } from 'vitest';
import { EventLog } from '../../../src/http/mcp/event-log.ts';

const message = (n: number) => ({ jsonrpc: '2.0', method: 'notifications/message', params: { n } }) as const;

async function replayedAfter(log: EventLog, id: string) {
  const replayed: unknown[] = [];
  const stream = await log.replayEventsAfter(id, { send: async (_, sent) => void replayed.push(sent) });
  return { stream, replayed };
}

describe('the event log of a session', () => {
  it('gives what came on the same stream after an event', async () => {
    const log = new EventLog();
    const first = await log.storeEvent('a', message(1));
    await log.storeEvent('b', message(2));
    await log.storeEvent('a', message(3));
    expect(await replayedAfter(log, first)).toEqual({ stream: 'a', replayed: [message(3)] });
    expect(log.has(first)).toBe(true);
  });

  it('keeps as many events as it may', async () => {
    const log = new EventLog({ events: 3, bytes: 1_000_000 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await log.storeEvent('a', message(n)));
    expect(ids.map((id) => log.has(id))).toEqual([false, false, true, true, true]);
    await expect(replayedAfter(log, ids[0] ?? '')).rejects.toThrow(/not known/);
  });

  it('keeps as many bytes as it may', async () => {
    const long = { ...message(0), params: { text: 'x'.repeat(1_000) } };
    const log = new EventLog({ events: 1_000, bytes: 2_500 });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push(await log.storeEvent('a', long));
    expect(ids.filter((id) => log.has(id))).toHaveLength(2);
  });

  it('knows no event of another log', async () => {
    const id = await new EventLog().storeEvent('a', message(1));
    const log = new EventLog();
    await log.storeEvent('a', message(1));
    expect(log.has(id)).toBe(false);
  });
});
