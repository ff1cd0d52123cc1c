import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuditParts, auditOn, closeAudit } from '../compliance/audit/audit-parts.ts';
import { type LoadedServer, promised, sharedSimulators, startLoaded } from '../support-files/loaded-server.ts';
import { DatabaseSync } from '../support-files/sqlite.ts';
import { placeIn } from '../support-files/store-engines.ts';
import { clearUp, temporaryFolder } from './harness/raw-server.ts';
import { until } from './harness/server.ts';

/** How often the processes are killed; fewer where the same suite runs again on another Node. */
const rounds = Number(process.env.HYBRID_TEST_ROUNDS ?? 20);

let simulators: Awaited<ReturnType<typeof sharedSimulators>>;
beforeAll(async () => {
  simulators = await sharedSimulators();
});
afterAll(async () => {
  clearUp([]);
  await simulators.close();
});

/** The same moments at each run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function start(folder: string, audit: Record<string, unknown> = {}): LoadedServer {
  const env = { HYBRID_ROUTING_STORE_FOLDER: folder };
  return startLoaded({ config: { ...simulators.config, audit: { checkpointRows: 100, ...audit } }, env });
}

const answersAll = (servers: LoadedServer[], count: number) =>
  until(`each of them has answered ${count}`, () => servers.every(({ answers }) => answers.length >= count), 30_000);

async function killed(servers: LoadedServer[], delayMs: () => number) {
  await Promise.all(
    servers.map(async (server) => {
      await new Promise((resolve) => setTimeout(resolve, delayMs()));
      server.process.kill('SIGKILL');
      expect(await server.ended).toMatchObject({ signal: 'SIGKILL' });
    }),
  );
}

/** The next process on the folder, which brings in what the killed ones left. */
async function nextOn(folder: string): Promise<{ parts: AuditParts; ids: Set<string> }> {
  const place = placeIn(undefined, folder);
  const parts = auditOn(place);
  await parts.writers.look();
  expect(parts.faults).toEqual([]);
  const rows = await place.sql("select content from audit_log where kind = 'OPERATION'");
  return { parts, ids: new Set(rows.map(({ content }) => JSON.parse(String(content)).body.operationId)) };
}

describe('kill -9', () => {
  it(`loses no row whose operation was answered, in ${rounds} rounds of 3 processes under load`, async () => {
    const folder = join(temporaryFolder(), 'state');
    const random = randomFrom(20_260_101);
    const kept: string[] = [];
    for (let round = 0; round < rounds; round++) {
      const servers = Array.from({ length: 3 }, () => start(folder));
      await answersAll(servers, 1);
      await killed(servers, () => random() * 400);
      kept.push(...servers.flatMap(({ answers }) => promised(answers)));
    }
    expect(kept.length).toBeGreaterThan(20 * rounds);
    const { parts, ids } = await nextOn(folder);
    expect(kept.filter((id) => !ids.has(id))).toEqual([]);
    const verification = await parts.trail.verify();
    expect(verification).toMatchObject({ ok: true, breaks: [], writers: { total: 3 * rounds } });
    expect(verification.rows).toBeGreaterThan(kept.length);
    await closeAudit(parts);
  }, 240_000);

  it('loses none that was in a spool file, for another process held the lock', async () => {
    const folder = join(temporaryFolder(), 'state');
    mkdirSync(folder);
    const servers = Array.from({ length: 3 }, () => start(folder, { spoolAfterMs: 100 }));
    await answersAll(servers, 5);
    const lock = new DatabaseSync(join(folder, 'state.db'));
    lock.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
    const before = servers.map(({ answers }) => answers.length);
    await until(
      'each goes on to answer',
      () => servers.every(({ answers }, at) => answers.length > (before[at] ?? 0) + 20),
      30_000,
    );
    await killed(servers, () => 0);
    expect(readdirSync(join(folder, 'spool')).length).toBe(3);
    lock.exec('ROLLBACK');
    lock.close();
    const kept = servers.flatMap(({ answers }) => promised(answers));
    const { parts, ids } = await nextOn(folder);
    expect(kept.filter((id) => !ids.has(id))).toEqual([]);
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
    expect(await parts.trail.verify()).toMatchObject({ ok: true, breaks: [], writers: { total: 3 } });
    await closeAudit(parts);
  }, 120_000);
});
