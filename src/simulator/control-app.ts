import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import type { DataListener } from './data-listener.ts';
import type { Engine } from './engine.ts';
import { plainRefusal, refusal } from './refusal.ts';
import { mountRemoteCalls } from './remote-calls.ts';
import { MAX_RULES, ruleSchema, rulesSchema, seedSchema } from './rule-schema.ts';
import type { SimulatorState } from './state-schema.ts';

/** The control API. It lives on a port of its own, so no fault can reach it. */
export function createControlApp({ engine, listener }: { engine: Engine; listener: DataListener }): Hono {
  const app = new Hono();
  const applyRefusal = () => listener.refuse(engine.rules.refusesConnections(engine.server));

  app.use(
    bodyLimit({
      maxSize: 1_048_576,
      // The rest of the body is never read, so this connection is of no use for another request.
      onError: (c) => c.json(plainRefusal('TooLarge', 'At most 1 MiB.'), 413, { connection: 'close' }),
    }),
  );
  app.use(async (c, next) => {
    // A page in a browser on this machine could reach the port too; it always sends Origin, or a Host of its own.
    const host = c.req.header('host') ?? '';
    if (c.req.header('origin') !== undefined || !/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) {
      return c.json(plainRefusal('Forbidden', 'The control API answers local programs only, not web pages.'), 403);
    }
    return next();
  });

  app.get('/state', (c) => c.json(stateOf(engine, listener)));
  app.get('/rules', (c) => c.json(stateOf(engine, listener).rules));

  app.put('/rules', async (c) => {
    const rules = await checked(c, rulesSchema);
    if (rules instanceof Response) return rules;
    const held = engine.rules.replace(rules);
    await applyRefusal();
    return c.json({ ids: held.map(({ id }) => id) });
  });

  app.post('/rules', async (c) => {
    const rule = await checked(c, ruleSchema);
    if (rule instanceof Response) return rule;
    if (engine.rules.list().length >= MAX_RULES) {
      return c.json(plainRefusal('TooManyRules', `At most ${MAX_RULES} rules: delete some first.`), 400);
    }
    const { id } = engine.rules.add(rule);
    await applyRefusal();
    return c.json({ id }, 201);
  });

  app.delete('/rules', async (c) => {
    const removed = engine.rules.list().length;
    engine.rules.clear();
    await applyRefusal();
    return c.json({ removed });
  });

  app.delete('/rules/:id', async (c) => {
    const id = c.req.param('id');
    if (!engine.rules.remove(id)) return c.json(plainRefusal('NotFound', `No rule has the id "${id}".`), 404);
    await applyRefusal();
    return c.json({ removed: 1 });
  });

  app.post('/reset', async (c) => {
    engine.reset();
    await applyRefusal();
    return c.json({ reset: true });
  });

  app.put('/seed', async (c) => {
    const body = await checked(c, seedSchema);
    if (body instanceof Response) return body;
    engine.random.reseed(body.seed);
    return c.json({ seed: body.seed });
  });

  mountRemoteCalls(app, engine, checked);
  app.notFound((c) =>
    c.json(plainRefusal('NotFound', 'Try GET /state, PUT or POST /rules, POST /reset, PUT /seed.'), 404),
  );
  return app;
}

/** The body, checked; or the 400 that says what is wrong with it. */
export async function checked<S extends z.ZodType>(c: Context, schema: S): Promise<z.output<S> | Response> {
  let body: unknown;
  try {
    body = await c.req.json();
  } catch {
    return c.json(plainRefusal('InvalidJson', 'The body is not JSON.'), 400);
  }
  const result = schema.safeParse(body);
  return result.success ? result.data : c.json(refusal(result.error), 400);
}

function stateOf(engine: Engine, listener: DataListener): SimulatorState {
  return {
    server: engine.server,
    simulated: true,
    seed: engine.random.seed(),
    listening: listener.listening,
    rules: engine.rules.list().map(({ id, rule, fired }) => ({ ...rule, id, fired })),
    counters: engine.recorder.counters(),
    recent: engine.recorder.recent(),
  };
}
