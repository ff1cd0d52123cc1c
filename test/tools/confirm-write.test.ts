import {
  Client,
  type ClientCapabilities,
  type ElicitResult,
  InMemoryTransport,
  StreamableHTTPClientTransport,
  withInputRequired,
} from '@modelcontextprotocol/client';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { createConfirmations } from '../../src/operations/confirmation/create-confirmations.ts';
import { questionSeconds, tokenSeconds, type Write } from '../../src/operations/confirmation/plan.ts';
import { KeyRing } from '../../src/store/key-ring.ts';
import { masterKeyOf } from '../../src/store/master-key.ts';
import { confirmWrite } from '../../tools/confirm-write.ts';
import { type Place, placeIn } from '../support-files/store-engines.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const inputSchema = z.object({
  enable: z.boolean(),
  reason: z.string().default('none'),
  confirm: z.string().optional(),
});
const summary = 'Operations are refused \u202eor not\u0007.';

/** A server's side: a tool that writes, over a state. Two of them on one place are two replicas. */
function replica({ place = newPlace(), principal = 'token:agent' }: { place?: Place; principal?: string } = {}) {
  const clock = { now: Date.UTC(2026, 7, 1) };
  const wallClock = () => clock.now;
  // A clock that stands still never tries a store again that a busy machine was too slow for.
  const store = place.store({ config: { timeoutMs: 20_000 }, wallClock });
  const master = masterKeyOf({ config: {}, folder: place.folder, store, kms: null, wallClock });
  const { confirmations, approvals } = createConfirmations({
    store,
    keys: new KeyRing({ store, masterKey: master, wallClock }),
    wallClock,
  });
  const done: unknown[] = [];
  const createServer = () => {
    const server = new McpServer({ name: 'test', version: '1.0.0' });
    server.registerTool('lockdown', { inputSchema }, async ({ confirm, ...args }, request) => {
      const write: Write = {
        principal,
        action: 'lockdown',
        scope: 'security',
        arguments: args,
        protection: args.enable ? 'raises' : 'lowers',
        reversible: args.enable,
        summary,
      };
      try {
        const answer = await confirmWrite({ confirmations, server, request, tool: 'lockdown', write, confirm });
        if (answer.kind === 'ask') return answer.result;
        if (answer.kind === 'proceed') done.push(answer.confirmed);
        const text = answer.kind === 'proceed' ? 'done' : answer.plan.text;
        return { content: [{ type: 'text', text }], structuredContent: { ...answer } };
      } catch (thrown) {
        if (!(thrown instanceof HybridRoutingError)) throw thrown;
        return {
          isError: true,
          content: [{ type: 'text', text: `${thrown.code}: ${thrown.message}. ${thrown.remedy}` }],
        };
      }
    });
    return server;
  };
  return { place, clock, approvals, done, createServer };
}

type Replica = ReturnType<typeof replica>;

function newPlace(): Place {
  const place = placeIn(undefined);
  ends.push(() => place.remove());
  return place;
}

type Answering = (message: string) => Promise<ElicitResult>;

interface ClientOptions {
  capabilities?: ClientCapabilities;
  /** What the person at the client answers. */
  answer?: Answering;
  modern?: boolean;
}

function newClient({ capabilities = {}, answer, modern = false }: ClientOptions): Client {
  const versionNegotiation = modern ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};
  const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities, ...versionNegotiation });
  if (answer) client.setRequestHandler('elicitation/create', ({ params }) => answer(params.message));
  ends.push(() => client.close());
  return client;
}

/** How a client reaches a server. */
const legs = {
  'a session of 2025 on stdio': async ({ createServer }: Replica, options: ClientOptions) => {
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    ends.push(serveStdio(createServer, { transport: serverSide }).close);
    const client = newClient(options);
    await client.connect(clientSide);
    return client;
  },
  '2026-07-28 on stdio': async ({ createServer }: Replica, options: ClientOptions) => {
    const [clientSide, serverSide] = InMemoryTransport.createLinkedPair();
    ends.push(serveStdio(createServer, { transport: serverSide }).close);
    const client = newClient({ ...options, modern: true });
    await client.connect(clientSide);
    return client;
  },
  '2026-07-28 over HTTP': (one: Replica, options: ClientOptions) => overHttp([one], { ...options, modern: true }),
};

/** A client over HTTP, whose requests go to the replicas in turn, each to a server of its own. */
async function overHttp(replicas: Replica[], options: ClientOptions): Promise<Client> {
  const handlers = replicas.map(({ createServer }) => createMcpHandler(createServer));
  for (const handler of handlers) ends.push(() => handler.close());
  let turn = 0;
  const client = newClient(options);
  const transport = new StreamableHTTPClientTransport(new URL('http://test.local/mcp'), {
    fetch: (url, init) => {
      const handler = handlers[turn++ % handlers.length];
      if (!handler) throw new Error('There is no replica.');
      return handler.fetch(new Request(url, init));
    },
  });
  await client.connect(transport);
  return client;
}

const answerSchema = z.looseObject({
  isError: z.boolean().optional(),
  content: z.array(z.looseObject({ text: z.string() })),
  structuredContent: z.looseObject({ kind: z.string(), plan: z.looseObject({}).optional() }).optional(),
});

async function call(client: Client, args: Record<string, unknown>) {
  const {
    isError = false,
    content,
    structuredContent,
  } = answerSchema.parse(await client.callTool({ name: 'lockdown', arguments: args }));
  return { isError, text: content[0]?.text ?? '', plan: structuredContent?.plan ?? null };
}

const planSchema = z.looseObject({ planId: z.string(), token: z.string() });
async function planned(client: Client, args: Record<string, unknown>) {
  return planSchema.parse((await call(client, args)).plan);
}

const form = { elicitation: { form: {} } };
const raise = { enable: true };
const lower = { enable: false };
const accept: ElicitResult = { action: 'accept', content: { confirm: true } };
const operator = { transport: 'cli', principal: 'cli', scopes: ['security'] } as const;

describe.each(Object.entries(legs))('a write over %s', (_name, connect) => {
  it.each([
    ['raised', raise],
    ['lowered', lower],
  ])('is %s by the person at the client, who sees the effect', async (_what, args) => {
    const one = replica();
    const asked: string[] = [];
    const answer: Answering = async (message) => {
      asked.push(message);
      return accept;
    };
    const client = await connect(one, { capabilities: form, answer });
    expect(await call(client, args)).toMatchObject({ isError: false, text: 'done' });
    expect(one.done).toEqual([{ how: 'elicitation' }]);
    expect(asked).toEqual([expect.stringContaining('Operations are refused  or not .')]);
    if (args === lower) expect(asked[0]).toMatch(/lowers a protection\.\nIt cannot be undone/);
    // The next one is asked anew.
    await call(client, args);
    expect(asked).toHaveLength(2);
  });

  it.each<[string, ElicitResult]>([
    ['declines', { action: 'decline' }],
    ['dismisses it', { action: 'cancel' }],
    ['accepts without the tick', { action: 'accept', content: { confirm: false } }],
  ])('is not done where the person %s', async (_what, result) => {
    const one = replica();
    const client = await connect(one, { capabilities: form, answer: async () => result });
    for (const args of [raise, lower]) {
      const { isError, text } = await call(client, args);
      expect({ isError, text }).toMatchObject({ isError: true, text: expect.stringMatching(/^confirmation_declined/) });
    }
    expect(one.done).toEqual([]);
  });

  it('is not done where the client only says that it can ask', async () => {
    const one = replica();
    const client = await connect(one, {
      capabilities: form,
      answer: async () => {
        throw new Error('nobody is there');
      },
    });
    // An error of the protocol, or of the tool: each era has its own.
    await call(client, lower).catch(() => 'refused');
    expect(one.done).toEqual([]);
  });

  it.each<[string, ClientCapabilities]>([
    ['nothing', {}],
    ['URLs alone', { elicitation: { url: {} } }],
  ])('is a plan for a client that can ask %s', async (_what, capabilities) => {
    const one = replica();
    const client = await connect(one, { capabilities });
    const { text, plan, isError } = await call(client, raise);
    const { token, next } = z.looseObject({ token: z.string(), next: z.looseObject({}) }).parse(plan);
    expect(isError).toBe(false);
    expect(text).toMatch(/^confirmation_required: nothing was changed/);
    expect(text).toContain(
      `call lockdown with the same arguments and "confirm": "${token}", before 2026-08-01T00:02:00`,
    );
    expect(next).toMatchObject({ tool: 'lockdown', arguments: { enable: true, reason: 'none', confirm: token } });
    expect(one.done).toEqual([]);

    expect((await call(client, { ...raise, reason: 'other', confirm: token })).text).toMatch(
      /^confirmation_invalid: confirm: the arguments differ/,
    );
    expect((await call(client, { ...raise, confirm: token })).text).toBe('done');
    expect((await call(client, { ...raise, confirm: token })).text).toMatch(/used before/);
    expect(one.done).toEqual([{ how: 'token', planId: expect.stringMatching(/^P-/) }]);
    const late = await planned(client, raise);
    one.clock.now += tokenSeconds * 1_000;
    expect((await call(client, { ...raise, confirm: late.token })).text).toMatch(/expired/);
  });

  it('that lowers a protection needs an operator where nobody can be asked', async () => {
    const one = replica();
    const client = await connect(one, {});
    const { text, plan } = await call(client, lower);
    const { planId, token } = planSchema.parse(plan);
    expect(text).toContain(`before 2026-08-01T00:15:00.000Z: hybrid-routing-mcp admin approve ${planId}`);
    expect((await call(client, { ...lower, confirm: token })).text).toMatch(/^approval_pending: .*P-/);
    expect(one.done).toEqual([]);
    await one.approvals.approve(planId, operator);
    expect((await call(client, lower)).text).toContain(`Plan ${planId} is approved.`);
    expect((await call(client, { ...lower, confirm: token })).text).toBe('done');
    expect((await call(client, { ...lower, confirm: token })).text).toMatch(/^plan_used/);
    expect(one.done).toMatchObject([{ how: 'approval', planId, by: 'cli' }]);
  });

  it('is not done by an answer that nobody asked for', async () => {
    const one = replica();
    const client = await connect(one, {});
    const forged = { name: 'lockdown', arguments: lower, inputResponses: { confirm: accept } };
    const { token } = await planned(client, lower);
    for (const requestState of [undefined, 'made up', token]) {
      const params = { ...forged, ...(requestState === undefined ? {} : { requestState }) };
      await client.request({ method: 'tools/call', params }, answerSchema).catch(() => 'refused');
    }
    expect(one.done).toEqual([]);
  });
});

it('takes a bare elicitation capability of 2025 for a form', async () => {
  const one = replica();
  const connect = legs['a session of 2025 on stdio'];
  const client = await connect(one, { capabilities: { elicitation: {} }, answer: async () => accept });
  expect((await call(client, lower)).text).toBe('done');
});

describe('a client of 2025 without a session', () => {
  it('gets a plan, whatever it says that it can', async () => {
    const one = replica();
    const client = await overHttp([one], { capabilities: form, answer: async () => accept });
    const { token, planId } = await planned(client, lower);
    const claimed = { _meta: { 'io.modelcontextprotocol/clientCapabilities': form } };
    const params = { name: 'lockdown', arguments: lower, inputResponses: { confirm: accept }, ...claimed };
    await client.request({ method: 'tools/call', params }, answerSchema).catch(() => 'refused');
    expect(one.done).toEqual([]);
    await one.approvals.approve(planId, operator);
    expect((await call(client, { ...lower, confirm: token })).text).toBe('done');
  });
});

describe('replicas on one state', () => {
  it('take the answer to each other’s questions, and tokens, each once', async () => {
    const place = newPlace();
    const both = [replica({ place }), replica({ place })];
    const asking = await overHttp(both, { capabilities: form, answer: async () => accept, modern: true });
    for (let round = 0; round < 3; round++) expect((await call(asking, lower)).text).toBe('done');
    const other = await overHttp(both, { modern: true });
    const { token } = await planned(other, raise);
    const answers = await Promise.all([1, 2, 3, 4].map(() => call(other, { ...raise, confirm: token })));
    expect(answers.filter(({ text }) => text === 'done')).toHaveLength(1);
  });
});

describe('the state of a question (2026-07-28)', () => {
  const asked = z.looseObject({
    resultType: z.literal('input_required'),
    requestState: z.string(),
    inputRequests: z.looseObject({ confirm: z.looseObject({ method: z.literal('elicitation/create') }) }),
  });
  /** One round as a client drives it by hand. */
  const round = (client: Client, args: object, more: object = {}) =>
    client.request(
      { method: 'tools/call', params: { name: 'lockdown', arguments: args, ...more } },
      withInputRequired(answerSchema),
      { allowInputRequired: true },
    );
  const manual = (one: Replica, capabilities: ClientCapabilities = form) =>
    overHttp([one], { capabilities, modern: true });
  const refused = (text: RegExp) => ({ isError: true, content: [{ text: expect.stringMatching(text) }] });
  const yes = (requestState: string) => ({ requestState, inputResponses: { confirm: accept } });

  it('goes with an answer once, for the same arguments and caller', async () => {
    const one = replica();
    const client = await manual(one);
    const { requestState } = asked.parse(await round(client, lower));
    expect(await round(client, { ...lower, reason: 'other' }, yes(requestState))).toMatchObject(
      refused(/^confirmation_invalid: requestState: the arguments differ from those of the question/),
    );
    expect(await round(client, raise, yes(requestState))).toMatchObject(refused(/^confirmation_invalid/));
    const thief = replica({ place: one.place, principal: 'token:thief' });
    expect(await round(await manual(thief), lower, yes(requestState))).toMatchObject(refused(/^confirmation_invalid/));
    expect(one.done).toEqual([]);
    expect(await round(client, lower, yes(requestState))).toMatchObject({ content: [{ text: 'done' }] });
    expect(await round(client, lower, yes(requestState))).toMatchObject(refused(/used before/));
    expect(one.done).toHaveLength(1);
    expect(thief.done).toEqual([]);
  });

  it.each([
    ['decline', /^confirmation_declined: the user declined it/],
    ['cancel', /^confirmation_declined: the user dismissed the question/],
  ])('is spent by a %s too, whatever comes with it', async (action, words) => {
    const one = replica();
    const client = await manual(one);
    const { requestState } = asked.parse(await round(client, lower));
    const answer = { requestState, inputResponses: { confirm: { ...accept, action } } };
    expect(await round(client, lower, answer)).toMatchObject(refused(words));
    expect(await round(client, lower, yes(requestState))).toMatchObject(refused(/used before/));
    expect(one.done).toEqual([]);
  });

  it('ends after ten minutes', async () => {
    const one = replica();
    const client = await manual(one);
    const { requestState } = asked.parse(await round(client, lower));
    one.clock.now += questionSeconds * 1_000;
    expect(await round(client, lower, yes(requestState))).toMatchObject(refused(/expired/));
    expect(one.done).toEqual([]);
  });

  it('without an answer, or an answer without it, asks anew', async () => {
    const one = replica();
    const client = await manual(one);
    const { requestState } = asked.parse(await round(client, lower));
    const odd = [
      { requestState },
      { requestState, inputResponses: {} },
      { requestState, inputResponses: { confirm: { method: 'elicitation/create', result: accept } } },
      { requestState, inputResponses: { other: accept } },
      { inputResponses: { confirm: accept } },
    ];
    for (const more of odd) {
      expect(asked.parse(await round(client, lower, more)).requestState).not.toBe(requestState);
    }
    expect(one.done).toEqual([]);
  });

  it('is no token', async () => {
    const one = replica();
    const client = await manual(one);
    for (const args of [raise, lower]) {
      const { requestState } = asked.parse(await round(client, args));
      expect(await round(client, { ...args, confirm: requestState })).toMatchObject(refused(/^confirmation_invalid/));
    }
    expect(one.done).toEqual([]);
  });
});
