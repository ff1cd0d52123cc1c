import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditOn, closeAudit } from '../compliance/audit/audit-parts.ts';
import { auditNotices, promised, sharedSimulators, startLoaded } from '../support-files/loaded-server.ts';
import { placeIn } from '../support-files/store-engines.ts';
import { clearUp, temporaryFolder } from './harness/raw-server.ts';
import { until } from './harness/server.ts';

/** How long the load goes on, in s; 60 before a release. */
const seconds = Number(process.env.HYBRID_TEST_SECONDS ?? 20);

let simulators: Awaited<ReturnType<typeof sharedSimulators>>;
beforeAll(async () => {
  simulators = await sharedSimulators();
});
afterAll(async () => {
  clearUp([]);
  await simulators.close();
});

it(
  `eight processes write one SQLite file for ${seconds} s: no answer is late or says that its row is not kept, and no row is missing`,
  async () => {
    const folder = join(temporaryFolder(), 'state');
    const env = { HYBRID_ROUTING_STORE_FOLDER: folder };
    const servers = Array.from({ length: 8 }, () =>
      startLoaded({ config: simulators.config, env, concurrency: 2, pauseMs: 50 }),
    );
    const answered = () => servers.every(({ answers }) => answers.length > 0);
    await until('each process has answered', answered, 60_000);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    await Promise.all(servers.map((server) => server.rest()));
    for (const server of servers) server.process.stdin.end();
    const ends = await Promise.all(servers.map(({ ended }) => ended));
    expect(ends).toEqual(Array(8).fill({ status: 0, signal: null }));
    const answers = servers.flatMap((server) => server.answers);
    expect(answers.filter(({ status }) => status !== 'answered')).toEqual([]);
    expect(auditNotices(answers)).toEqual([]);
    expect(answers.length).toBeGreaterThan(8 * seconds);
    // Each gets the lock in its turn: that one waits over a second, and spools, is as good as never seen. A machine may be busy.
    const spooled = servers.flatMap((server) => server.stderr().match(/"state":"spooled"/g) ?? []);
    expect(spooled.length).toBeLessThan(8);

    const place = placeIn(undefined, folder);
    const parts = auditOn(place);
    await parts.writers.look();
    const rows = await place.sql("select content from audit_log where kind = 'OPERATION'");
    const ids = rows.map(({ content }) => JSON.parse(String(content)).body.operationId);
    expect(new Set(ids)).toEqual(new Set(promised(answers)));
    expect(ids).toHaveLength(answers.length);
    expect(await parts.trail.verify()).toMatchObject({
      ok: true,
      breaks: [],
      writers: { total: 8, withoutClose: [] },
    });
    await closeAudit(parts);
  },
  (seconds + 180) * 1_000,
);
