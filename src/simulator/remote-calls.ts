import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { Engine } from './engine.ts';
import { faultSchema } from './faults.ts';
import type { OpenRecord } from './recorder.ts';
import { plainRefusal } from './refusal.ts';

/** What a stdio simulator says about a call before it answers it. */
export const remoteCallSchema = z.strictObject({
  api: z.string().min(1).max(200),
  tool: z.string().max(200).optional(),
  operation: z.string().max(200).optional(),
});

/** What it is told: the seed, how long to wait and what to do wrong. */
export const remoteDecisionSchema = z.object({
  id: z.string(),
  seed: z.int(),
  latencyMs: z.number().min(0).nullable(),
  fault: faultSchema.nullable(),
});
export type RemoteDecision = z.infer<typeof remoteDecisionSchema>;

export const remoteEndSchema = z.strictObject({ outcome: z.enum(['answered', 'rejected', 'faulted', 'aborted']) });

/** Calls that a remote process has begun and not ended; a killed process never ends its own. */
const MAX_REMOTE_OPEN = 10_000;

type Checked = <S extends z.ZodType>(c: Context, schema: S) => Promise<z.output<S> | Response>;

/**
 * Lets a stdio simulator keep its rules and books here. It is spawned anew by its client again and again; chance,
 * `times` and counters must outlive it, so this process decides and the other one obeys.
 */
export function mountRemoteCalls(app: Hono, engine: Engine, checked: Checked): void {
  const open = new Map<string, OpenRecord>();

  app.post('/starts', (c) => {
    const { fault } = engine.rules.decide({ endpoint: 'upstream-stdio', api: 'start' });
    engine.recorder.started();
    if (fault !== null) engine.recorder.countFault(fault.kind);
    return c.json({ id: 'start', seed: engine.random.seed(), latencyMs: null, fault } satisfies RemoteDecision);
  });

  app.post('/requests', async (c) => {
    const call = await checked(c, remoteCallSchema);
    if (call instanceof Response) return call;
    const { record, decision } = engine.begin({ endpoint: 'upstream-stdio', ...call });
    open.set(record.id, record);
    const [oldest] = open.keys();
    if (open.size > MAX_REMOTE_OPEN && oldest !== undefined) open.delete(oldest);
    return c.json({ id: record.id, seed: engine.random.seed(), ...decision } satisfies RemoteDecision, 201);
  });

  app.post('/requests/:id/end', async (c) => {
    const end = await checked(c, remoteEndSchema);
    if (end instanceof Response) return end;
    const id = c.req.param('id');
    const record = open.get(id);
    if (record === undefined) return c.json(plainRefusal('NotFound', `No open call has the id "${id}".`), 404);
    record.end(end.outcome);
    open.delete(id);
    return c.json({ ended: true });
  });
}
