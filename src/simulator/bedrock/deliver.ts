import type { ServerResponse } from 'node:http';
import type { OpenRecord } from '../recorder.ts';
import { aborted, waited } from '../wait.ts';
import type { Plan } from './plan.ts';
import type { Reply } from './reply.ts';

interface Delivery {
  plan: Plan;
  response: ServerResponse;
  record: OpenRecord;
  /** How the call ends in the books if the client is still there at the end. */
  outcome: 'answered' | 'rejected' | 'faulted';
  /** Aborts when the client has gone. */
  gone: AbortSignal;
}

/** Pauses between drops of a slow drip, milliseconds. */
const DRIP_INTERVAL_MS = 50;

/** Puts a plan on the socket. The record is ended before the last byte leaves, so a client never sees a stale count. */
export async function deliver({ plan, response, record, outcome, gone }: Delivery): Promise<void> {
  switch (plan.manner) {
    case 'whole':
      writeHead(response, plan.reply, !plan.reply.streamed);
      record.end(outcome);
      for (const part of plan.reply.parts) response.write(part);
      response.end();
      return;
    case 'silence':
      return aborted(gone);
    case 'reset':
      record.end('faulted');
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      writeHead(response, plan.reply, !plan.reply.streamed);
      response.write(joined(plan.reply).subarray(0, plan.bytes));
      return aborted(gone);
    case 'cut':
      writeHead(response, plan.reply, true);
      record.end('faulted');
      response.write(joined(plan.reply).subarray(0, plan.bytes), () => response.destroy());
      return;
    case 'drip':
      writeHead(response, plan.reply, !plan.reply.streamed);
      await drip(response, joined(plan.reply), plan.bytesPerSecond, gone);
      if (gone.aborted) return;
      record.end(outcome);
      response.end();
      return;
  }
}

async function drip(response: ServerResponse, bytes: Buffer, bytesPerSecond: number, gone: AbortSignal): Promise<void> {
  const drop = Math.max(1, Math.floor((bytesPerSecond * DRIP_INTERVAL_MS) / 1000));
  for (let sent = 0; sent < bytes.length; sent += drop) {
    response.write(bytes.subarray(sent, sent + drop));
    if (!(await waited((drop / bytesPerSecond) * 1000, gone))) return;
  }
}

function writeHead(response: ServerResponse, reply: Reply, withLength: boolean): void {
  const length = withLength ? { 'content-length': String(joined(reply).length) } : {};
  response.writeHead(reply.status, { ...reply.headers, ...length });
  response.flushHeaders();
}

function joined(reply: Reply): Buffer {
  return Buffer.concat(reply.parts);
}
