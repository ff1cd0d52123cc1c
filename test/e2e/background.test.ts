import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OperationResult, operationResultSchema } from '../../src/support/operation.ts';
import { simulatedBedrock } from '../support-files/simulators.ts';
import { clearUp, type RawServer, spawnServer, temporaryFolder } from './harness/raw-server.ts';
import { fakeCredentials, startServer, until } from './harness/server.ts';

type Bedrock = Awaited<ReturnType<typeof simulatedBedrock>>;
let slow: Bedrock;
let hanging: Bedrock;

beforeAll(async () => {
  [slow, hanging] = await Promise.all([simulatedBedrock(), simulatedBedrock()]);
  await slow.control.setRules([{ fault: { kind: 'latency', distribution: { type: 'fixed', ms: 6_000 } } }]);
  await hanging.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
});
afterAll(async () => {
  await Promise.all([slow.close(), hanging.close()]);
  clearUp([]);
});

/** Longer than the SLA: a machine that is busy takes its time to start a second server. */
const long = { deadlineMs: 300_000 };
const job = { operation: 'emergency', prompt: 'x', background: true };

/** A server on Bedrock; on the same state as another one where a folder is given. */
function onBedrock({ url }: Bedrock, state = join(temporaryFolder(), 'state')) {
  const config = { direct: { endpoint: url, region: 'eu-central-1' }, drainMs: 300 };
  return spawnServer({ config, env: { ...fakeCredentials, HYBRID_ROUTING_STORE_FOLDER: state } });
}

/** A result; asked again where the store of a busy machine was too slow to tell it. */
async function asked(server: RawServer, args: Record<string, unknown>): Promise<OperationResult> {
  let answer: unknown;
  await until(
    'the store answers',
    async () => {
      answer = await server.call('route_operation', args);
      return answer !== undefined;
    },
    30_000,
  );
  return operationResultSchema.parse(answer);
}

/** Starts one that the store knows of: a busy machine may take its time for that. */
async function started(server: RawServer): Promise<OperationResult> {
  let seen = await asked(server, { ...job, ...long });
  const { operationId } = seen;
  await until('the store knows of it', async () => {
    if (seen.background?.scope !== 'shared') seen = await asked(server, { operationId });
    return seen.background?.scope === 'shared';
  });
  return seen;
}

async function ended(server: RawServer, operationId: string): Promise<OperationResult> {
  let seen = await asked(server, { operationId });
  await until(`operation ${operationId} ends`, async () => {
    seen = await asked(server, { operationId });
    return seen.status !== 'running';
  });
  return seen;
}

const states = ['running', 'answered', 'refused', 'failed', 'cancelled', 'interrupted'];

describe('route_operation in the background', () => {
  it('answers a handle, then the state, then the result, also after a restart', async () => {
    const state = join(temporaryFolder(), 'state');
    const server = onBedrock(slow, state);
    const handle = await started(server);
    expect(handle).toMatchObject({ status: 'running', answer: null, background: { scope: 'shared' } });
    const { operationId } = handle;
    expect(await asked(server, { operationId })).toMatchObject({ operationId, status: 'running' });
    const result = await ended(server, operationId);
    expect(result).toMatchObject({ operationId, status: 'answered', path: 'direct' });
    expect(result.answer).toBeTruthy();
    server.process.kill('SIGKILL');
    await server.ended;
    const again = onBedrock(slow, state);
    expect(await asked(again, { operationId })).toEqual(result);
    again.process.kill('SIGTERM');
    await again.ended;
  });

  it('is cancelled, also by another process, and stays so', async () => {
    const state = join(temporaryFolder(), 'state');
    const server = onBedrock(hanging, state);
    const one = await started(server);
    expect(await asked(server, { operationId: one.operationId, cancel: true })).toMatchObject({ status: 'cancelled' });
    const two = await started(server);
    const other = onBedrock(hanging, state);
    await asked(other, { operationId: two.operationId, cancel: true });
    expect(await ended(other, two.operationId)).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' } });
    expect(await asked(server, { operationId: two.operationId })).toMatchObject({ status: 'cancelled' });
    for (const { process, ended: end } of [server, other]) {
      process.kill('SIGTERM');
      await end;
    }
  });

  it.each(['SIGTERM', 'SIGKILL', 'stdin'] as const)('is interrupted by the end of its server: %s', async (how) => {
    const state = join(temporaryFolder(), 'state');
    const server = onBedrock(hanging, state);
    const { operationId } = await started(server);
    if (how === 'stdin') server.process.stdin.end();
    else server.process.kill(how);
    const { status } = await server.ended;
    if (how !== 'SIGKILL') expect(status).toBe(0);
    const again = onBedrock(hanging, state);
    const seen = await asked(again, { operationId });
    expect(seen).toMatchObject({ operationId, status: 'interrupted', answer: null, error: { code: 'interrupted' } });
    expect(await asked(again, { operationId, cancel: true })).toEqual(seen);
    again.process.kill('SIGTERM');
    await again.ended;
  });

  it('is let finish by a server that drains', async () => {
    const state = join(temporaryFolder(), 'state');
    const config = { direct: { endpoint: slow.url, region: 'eu-central-1' }, drainMs: 30_000 };
    const env = { ...fakeCredentials, HYBRID_ROUTING_STORE_FOLDER: state };
    const server = spawnServer({ config, env });
    const { operationId } = await started(server);
    server.process.kill('SIGTERM');
    expect(await server.ended).toEqual({ status: 0, signal: null });
    const again = onBedrock(slow, state);
    expect(await asked(again, { operationId })).toMatchObject({ status: 'answered' });
    again.process.kill('SIGTERM');
    await again.ended;
  });

  it('tells an agent what to call next, and what a handle that is not known means', async () => {
    const server = await startServer({ args: ['--simulate'] });
    const { text, isError, structured } = await server.call('route_operation', job);
    const { operationId, status } = operationResultSchema.parse(structured);
    expect(states).toContain(status);
    if (status === 'running') expect(text).toContain(`Next: route_operation {"operationId":"${operationId}"}`);
    expect(isError).toBe(false);
    await until('it is answered', async () => (await server.route({ operationId })).status === 'answered');
    expect(await server.route({ operationId })).toMatchObject({ status: 'answered', simulated: true });
    const unknown = await server.call('route_operation', { operationId: 'c7a1c9b6-0000-4000-8000-000000000000' });
    expect(unknown).toMatchObject({ isError: true, text: expect.stringContaining('operation_unknown') });
    const both = await server.call('route_operation', { operationId, prompt: 'x' });
    expect(both).toMatchObject({ isError: true, text: expect.stringContaining('prompt is "x": does not go with') });
    await server.close();
  });

  it('runs while the store is away, and says that its handle is of this process', async () => {
    const server = await startServer({
      args: ['--simulate'],
      // A folder that cannot be one.
      env: { HYBRID_ROUTING_STORE_FOLDER: '/dev/null/state' },
    });
    const handle = await server.route(job);
    expect(handle).toMatchObject({ background: { scope: 'this_process' } });
    const { operationId } = handle;
    await until('it is answered', async () => (await server.route({ operationId })).status === 'answered');
    const unknown = await server.call('route_operation', { operationId: 'c7a1c9b6-0000-4000-8000-000000000000' });
    expect(unknown).toMatchObject({ isError: true, text: expect.stringMatching(/^store_/) });
    await server.close();
  });
});
