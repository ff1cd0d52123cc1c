import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBedrockSimulator } from '../../src/simulator/bedrock/server.ts';
import { SimulatorControlError } from '../../src/simulator/control-call.ts';
import { SimulatorControl } from '../../src/simulator/control-client.ts';
import type { RunningSimulator } from '../../src/simulator/simulator.ts';
import { refusalSchema } from '../../src/simulator/state-schema.ts';
import { thrownBy } from './support.ts';

let running: RunningSimulator;
let control: SimulatorControl;
beforeAll(async () => {
  running = await startBedrockSimulator({ seed: 3 });
  control = new SimulatorControl(`${running.controlUrl}/`);
});
afterEach(() => control.reset());
afterAll(() => running.close());

async function send(method: string, path: string, body: string | undefined, headers: Record<string, string> = {}) {
  const response = await fetch(`${running.controlUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, refusal: refusalSchema.parse(await response.json()) };
}

describe('control API', () => {
  it('says what the simulator is and does', async () => {
    expect(await control.state()).toEqual({
      server: 'bedrock',
      simulated: true,
      seed: 3,
      listening: true,
      rules: [],
      counters: {
        requests: 0,
        answered: 0,
        rejected: 0,
        faulted: 0,
        aborted: 0,
        open: 0,
        starts: 0,
        byFault: {},
        byModel: {},
        byOperation: {},
        byApi: {},
      },
      recent: [],
    });
  });

  it('replaces, adds and removes rules', async () => {
    expect(await control.setRules([{ id: 'a', fault: { kind: 'throttled' } }])).toEqual(['a']);
    const id = await control.addRule({ times: 2, match: { api: 'invoke' }, fault: { kind: 'stream_stall' } });
    expect((await control.state()).rules).toEqual([
      { id: 'a', fault: { kind: 'throttled' }, fired: 0 },
      { id, times: 2, match: { api: 'invoke' }, fault: { kind: 'stream_stall', afterEvents: 2 }, fired: 0 },
    ]);
    await control.removeRule('a');
    expect((await control.state()).rules.map((rule) => rule.id)).toEqual([id]);
    await control.clear();
    expect((await control.state()).rules).toEqual([]);
  });

  it('takes a seed', async () => {
    await control.setSeed(99);
    expect((await control.state()).seed).toBe(99);
    await control.setSeed(3);
  });

  it.each([
    ['an unknown kind', { fault: { kind: 'gremlins' } }, 'fault.kind', 'throttled'],
    ['an unknown field', { fault: { kind: 'throttled' }, chance: 1 }, 'chance', 'probability'],
    ['an unknown match', { match: { modelID: 'x' }, fault: { kind: 'throttled' } }, 'match.modelID', 'modelId'],
    ['a probability of 2', { probability: 2, fault: { kind: 'throttled' } }, 'probability', 'at most 1'],
    ['zero times', { times: 0, fault: { kind: 'throttled' } }, 'times', 'at least 1'],
    ['no fault', {}, 'fault', 'object'],
    ['text as a rule', 'throttled', 'body', 'object'],
    [
      'an unknown distribution',
      { fault: { kind: 'latency', distribution: { type: 'gauss' } } },
      'fault.distribution.type',
      'lognormal',
    ],
    [
      'an unknown exception',
      { fault: { kind: 'stream_exception', exception: 'Oops' } },
      'fault.exception',
      'ThrottlingException',
    ],
    [
      'too fast a drip',
      { fault: { kind: 'slow_drip', bytesPerSecond: 1e9 } },
      'fault.bytesPerSecond',
      'at most 1000000',
    ],
  ])('refuses %s, names the field and what is allowed', async (_what, rule, field, allowed) => {
    const { status, refusal } = await send('POST', '/rules', JSON.stringify(rule));
    expect(status).toBe(400);
    const issue = refusal.issues.find((found) => found.field === field);
    expect(issue?.allowed).toContain(allowed);
    expect(refusal.message).toContain(field);
    expect((await control.state()).rules).toEqual([]);
  });

  it('refuses what cannot work, and says why', async () => {
    const withTimes = await send('POST', '/rules', '{"times":1,"fault":{"kind":"connection_refused"}}');
    expect(withTimes.refusal.issues[0]).toMatchObject({ field: 'times' });
    const withApi = await send('POST', '/rules', '{"match":{"api":"invoke"},"fault":{"kind":"connection_refused"}}');
    expect(withApi.refusal.message).toContain('only match.server is allowed');
    const twice = await send(
      'PUT',
      '/rules',
      '[{"id":"a","fault":{"kind":"exit"}},{"id":"a","fault":{"kind":"exit"}}]',
    );
    expect(twice.refusal.issues[0]).toMatchObject({ field: '1.id', message: 'id "a" is used twice' });
    const many = await send('PUT', '/rules', JSON.stringify(Array(101).fill({ fault: { kind: 'exit' } })));
    expect(many.refusal.issues[0]?.allowed).toEqual(['at most 100']);
  });

  it.each([
    ['POST', '/rules', '{', 400, 'InvalidJson'],
    ['PUT', '/rules', '{}', 400, 'InvalidRequest'],
    ['PUT', '/seed', '{"seed":-1}', 400, 'InvalidRequest'],
    ['PUT', '/seed', '{"seed":1.5}', 400, 'InvalidRequest'],
    ['DELETE', '/rules/none', undefined, 404, 'NotFound'],
    ['GET', '/nothing', undefined, 404, 'NotFound'],
    ['POST', '/requests/none/end', '{"outcome":"answered"}', 404, 'NotFound'],
    ['POST', '/requests', '{}', 400, 'InvalidRequest'],
    ['PUT', '/rules', `["${'x'.repeat(1_100_000)}"]`, 413, 'TooLarge'],
  ])('answers %s %s with a plain error', async (method, path, body, status, error) => {
    const answer = await send(method, path, body);
    expect([answer.status, answer.refusal.error]).toEqual([status, error]);
  });

  it('answers no web page', async () => {
    expect((await send('POST', '/reset', undefined, { origin: 'http://evil.example' })).status).toBe(403);
  });

  it('tells the caller of the client what went wrong', async () => {
    const refused = await thrownBy(control.addRule({ probability: 2, fault: { kind: 'throttled' } }));
    expect(refused).toBeInstanceOf(SimulatorControlError);
    expect(refused).toMatchObject({ status: 400, message: expect.stringContaining('probability') });
    const nobody = await thrownBy(new SimulatorControl('http://127.0.0.1:9').state());
    expect(nobody).toMatchObject({ name: 'SimulatorControlError', status: null });
  });

  it('decides for a process elsewhere and keeps its books', async () => {
    await control.setRules([{ times: 1, fault: { kind: 'crash_at_start' } }, { fault: { kind: 'is_error' } }]);
    const post = async (path: string, body?: unknown) => {
      const response = await fetch(`${running.controlUrl}${path}`, {
        method: 'POST',
        body: JSON.stringify(body ?? {}),
      });
      return response.json();
    };
    expect(await post('/starts')).toMatchObject({ fault: { kind: 'crash_at_start' } });
    expect(await post('/starts')).toMatchObject({ fault: null });
    const call = { api: 'tools/call', tool: 'answer_operation', operation: 'audit' };
    expect(await post('/requests', call)).toMatchObject({ id: 'request-1', fault: { kind: 'is_error' } });
    expect(await post('/requests/request-1/end', { outcome: 'faulted' })).toEqual({ ended: true });
    const { counters, recent } = await control.state();
    expect(counters).toMatchObject({ requests: 1, faulted: 1, starts: 2, byFault: { crash_at_start: 1, is_error: 1 } });
    expect(recent).toMatchObject([{ ...call, fault: 'is_error', outcome: 'faulted' }]);
  });
});
