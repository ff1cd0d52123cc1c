import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DataListener } from '../data-listener.ts';
import { createEngine, type Engine } from '../engine.ts';
import { readBody } from '../read-body.ts';
import type { OpenRecord } from '../recorder.ts';
import { openSimulator, type RunningSimulator, type SimulatorOptions } from '../simulator.ts';
import { waited } from '../wait.ts';
import { deliver } from './deliver.ts';
import { planFor } from './plan.ts';
import { errorReply } from './reply.ts';
import { readCall } from './request.ts';
import { type ServiceError, TOO_LARGE } from './service-error.ts';

/** Room for the largest documents that Converse takes. */
const MAX_BODY_BYTES = 20 * 1_048_576;

/** Starts a server that speaks Bedrock Runtime's wire format; give its URL to the AWS SDK as `endpoint`. */
export async function startBedrockSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const engine = createEngine({ server: 'bedrock', seed: options.seed ?? 1 });
  const server = createServer((request, response) => {
    answer({ request, response, engine, listener }).catch(() => response.destroy());
  });
  const listener = new DataListener(server, options.port ?? 0);
  return openSimulator({ engine, server, listener, path: '' }, options);
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  engine: Engine;
  listener: DataListener;
}

async function answer({ request, response, engine, listener }: Exchange): Promise<void> {
  response.setHeader('x-amzn-requestid', randomUUID());
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === 'gone') return;
  if (body === 'too large') {
    reject(engine, response, { api: 'unknown', modelId: undefined, error: TOO_LARGE });
    return;
  }
  const read = readCall(request.method, request.url, request.headers, body);
  if (!read.accepted) {
    reject(engine, response, read);
    return;
  }

  const { call } = read;
  const { record, decision } = engine.begin({ endpoint: 'bedrock', ...call });
  const gone = watch(response, record, listener);
  if (!(await waited(decision.latencyMs ?? 0, gone))) return;
  const plan = planFor(call, decision, engine.random.seed());
  await deliver({ plan, response, record, outcome: decision.fault === null ? 'answered' : 'faulted', gone });
}

function reject(
  engine: Engine,
  response: ServerResponse,
  { api, modelId, error }: { api: string; modelId: string | undefined; error: ServiceError },
): void {
  const record = engine.recorder.begin({ api, modelId });
  record.end('rejected');
  const { status, headers, parts } = errorReply(error);
  response.writeHead(status, headers);
  response.end(Buffer.concat(parts));
}

/** Aborts when the connection ends before the answer does, and enters who ended it. */
function watch(response: ServerResponse, record: OpenRecord, listener: DataListener): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (listener.refusing) {
      record.faulted('connection_refused');
      record.end('faulted');
    }
    record.end('aborted');
    gone.abort();
  });
  return gone.signal;
}
