import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  auditNotices,
  type LoadedServer,
  promised,
  sharedSimulators,
  startLoaded,
} from '../support-files/loaded-server.ts';
import { temporaryCluster } from '../support-files/postgres.ts';
import { placeIn } from '../support-files/store-engines.ts';
import { verifiedBy } from '../support-files/verified-log.ts';
import { clearUp } from './harness/raw-server.ts';
import { until } from './harness/server.ts';

const decisionSchema = z.looseObject({ decision: z.looseObject({ primary: z.string() }) });

const cluster = await temporaryCluster({ settings: { max_connections: 60 } });
const running = 'missing' in cluster ? null : cluster;
const why = 'missing' in cluster ? ` (${cluster.missing})` : '';

describe.skipIf(running === null)(`two replicas on one PostgreSQL${why}`, () => {
  if (!running) return;
  let simulators: Awaited<ReturnType<typeof sharedSimulators>>;
  beforeAll(async () => {
    simulators = await sharedSimulators();
  });
  afterAll(async () => {
    clearUp([]);
    await Promise.all([simulators.close(), running.stop()]);
  });

  const key = randomBytes(32).toString('base64');

  const twoReplicas = async () => {
    const postgres = await running.database();
    const config = { ...simulators.config, logLevel: 'info', store: { postgres, key } };
    const start = () => startLoaded({ config, concurrency: 2, pauseMs: 20 });
    const servers: [LoadedServer, LoadedServer] = [start(), start()];
    await until('both answer', () => servers.every(({ answers }) => answers.length > 5), 30_000);
    return { postgres, servers, place: placeIn(postgres) };
  };

  async function ended(servers: readonly LoadedServer[]) {
    await Promise.all(servers.map((server) => server.rest()));
    for (const server of servers) server.process.stdin.end();
    for (const server of servers) expect(await server.ended).toEqual({ status: 0, signal: null });
  }

  /** Each answer has its row, once, in one log that is whole. */
  async function expectWhole(postgres: string, servers: readonly LoadedServer[]) {
    const { ids, verification } = await verifiedBy({ postgres, key });
    const answers = servers.flatMap((server) => server.answers);
    expect(ids).toHaveLength(new Set(ids).size);
    expect(promised(answers).filter((id) => !ids.includes(id))).toEqual([]);
    expect(verification).toMatchObject({ ok: true, breaks: [], writers: { total: 2, withoutClose: [] } });
  }

  const override = (server: LoadedServer, route: string) =>
    server.confirmed('force_fallback', { route, reason: 'a test', durationSeconds: 300 });
  const primaryOf = async (server: LoadedServer) => {
    const answer = await server.call('route_operation', { operation: 'kiro_communication', prompt: 'x', dryRun: true });
    return decisionSchema.parse(answer).decision.primary;
  };

  it('obey an override that was set through the other within a second, and write one log', async () => {
    const { postgres, servers } = await twoReplicas();
    const [one, other] = servers;
    expect(await primaryOf(other)).toBe('mcp');
    await override(one, 'direct');
    await until('the other one obeys', async () => (await primaryOf(other)) === 'direct', 1_000);
    await ended(servers);
    expect(auditNotices(servers.flatMap(({ answers }) => answers))).toEqual([]);
    await expectWhole(postgres, servers);
  }, 120_000);

  it('hear of changes again after the connection that listens was lost', async () => {
    const { postgres, servers, place } = await twoReplicas();
    const [one, other] = servers;
    const lost = await place.sql(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    expect(lost.length).toBeGreaterThanOrEqual(4);
    const listening = async () =>
      (await place.sql("select pid from pg_stat_activity where datname = current_database() and query like 'listen%'"))
        .length;
    await until('both listen again', async () => (await listening()) === 2, 20_000);
    await override(one, 'direct');
    await until('the other one obeys', async () => (await primaryOf(other)) === 'direct', 1_000);
    await ended(servers);
    await expectWhole(postgres, servers);
  }, 120_000);

  it('go on while PostgreSQL hangs, is stopped and starts again, and lose no row', async () => {
    const { postgres, servers } = await twoReplicas();
    const goOn = async () => {
      const before = servers.map(({ answers }) => answers.length);
      await until(
        'both go on',
        () => servers.every(({ answers }, at) => answers.length > (before[at] ?? 0) + 20),
        30_000,
      );
    };
    const stored = (times: number) =>
      until(
        'both store again',
        () => servers.every((server) => server.stderr().split('are stored again').length > times),
        40_000,
      );
    running.freeze();
    await goOn();
    running.thaw();
    await stored(1);
    await running.restart(async () => {
      await goOn();
    });
    await stored(2);
    await goOn();
    await ended(servers);
    expect(auditNotices(servers.flatMap(({ answers }) => answers))).toEqual([]);
    const slowest = Math.max(...servers.flatMap(({ answers }) => answers.map(({ latencyMs }) => latencyMs)));
    // The deadline of an emergency is 10 s.
    expect(slowest).toBeLessThan(5_000);
    await expectWhole(postgres, servers);
  }, 180_000);
});
