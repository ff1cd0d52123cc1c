import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditOn, closeAudit } from '../compliance/audit/audit-parts.ts';
import {
  auditNotices,
  type LoadedServer,
  promised,
  sharedSimulators,
  startLoaded,
} from '../support-files/loaded-server.ts';
import { DatabaseSync } from '../support-files/sqlite.ts';
import { placeIn } from '../support-files/store-engines.ts';
import { clearUp, spawnServer, temporaryFolder } from './harness/raw-server.ts';
import { until } from './harness/server.ts';

const prlimit = '/usr/bin/prlimit';

let simulators: Awaited<ReturnType<typeof sharedSimulators>>;
beforeAll(async () => {
  simulators = await sharedSimulators();
});
afterAll(async () => {
  clearUp([]);
  await simulators.close();
});

const envOf = (folder: string) => ({ HYBRID_ROUTING_STORE_FOLDER: folder });
const stateFolder = () => join(temporaryFolder(), 'state');

function start(folder: string, config: Record<string, unknown> = {}): LoadedServer {
  const options = { env: envOf(folder), concurrency: 4, pauseMs: 10 };
  return startLoaded({ config: { ...simulators.config, logLevel: 'info', ...config }, ...options });
}

const more = (server: LoadedServer, count: number) => {
  const before = server.answers.length;
  return until(`${count} more answers`, () => server.answers.length >= before + count, 30_000);
};

async function ended(server: LoadedServer) {
  await server.rest();
  server.process.stdin.end();
  expect(await server.ended).toEqual({ status: 0, signal: null });
}

/** Each answer has its row, once, in a log that is whole. */
async function expectWhole(folder: string, { answers }: LoadedServer, writers = 1) {
  const place = placeIn(undefined, folder);
  const parts = auditOn(place);
  await parts.writers.look();
  const rows = await place.sql("select content from audit_log where kind = 'OPERATION'");
  const ids = rows.map(({ content }) => JSON.parse(String(content)).body.operationId);
  expect(ids).toHaveLength(new Set(ids).size);
  expect(answers.filter(({ operationId }) => !ids.includes(operationId))).toEqual([]);
  expect(await parts.trail.verify()).toMatchObject({
    ok: true,
    breaks: [],
    writers: { total: writers, withoutClose: [] },
  });
  await closeAudit(parts);
}

const healthOf = (server: LoadedServer) => server.call('health_check', {});
const stderrOf = (server: LoadedServer, text: string) =>
  until(`the log says ${text}`, () => server.stderr().includes(text), 20_000);

describe('operations go on, and no row is lost,', () => {
  it('while another process holds the lock', async () => {
    const folder = stateFolder();
    const server = start(folder, { audit: { spoolAfterMs: 300 } });
    await more(server, 5);
    const lock = new DatabaseSync(join(folder, 'state.db'));
    lock.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE');
    await stderrOf(server, 'audit rows wait for the store');
    await more(server, 300);
    expect(readdirSync(join(folder, 'spool'))).toHaveLength(1);
    lock.exec('ROLLBACK');
    lock.close();
    await stderrOf(server, 'audit rows are stored again');
    await more(server, 5);
    expect(readdirSync(join(folder, 'spool'))).toEqual([]);
    await ended(server);
    expect(auditNotices(server.answers)).toEqual([]);
    // The deadline of an emergency is 10 s.
    expect(Math.max(...server.answers.map(({ latencyMs }) => latencyMs))).toBeLessThan(5_000);
    await expectWhole(folder, server);
  }, 90_000);

  it.skipIf(!existsSync(prlimit))(
    'when no file may grow any more, as on a full disk (needs util-linux)',
    async () => {
      const folder = stateFolder();
      const server = start(folder);
      await more(server, 20);
      const limit = (bytes: string) =>
        execFileSync(prlimit, ['--pid', String(server.pid), `--fsize=${bytes}:unlimited`]);
      limit(String(statSync(join(folder, 'state.db-wal')).size + 4_096));
      await until('a row is in memory alone', () => auditNotices(server.answers).length > 0, 60_000);
      await more(server, 20);
      expect(new Set(auditNotices(server.answers))).toEqual(
        new Set(['audit trail: the row of this operation waits in memory, call health_check']),
      );
      expect(JSON.stringify(await healthOf(server))).toContain('free disk space');
      limit('unlimited');
      await stderrOf(server, 'audit rows are stored again');
      const told = auditNotices(server.answers).length;
      await more(server, 20);
      expect(auditNotices(server.answers).length - told).toBeLessThan(10);
      await ended(server);
      expect(server.answers.filter(({ status }) => status !== 'answered')).toEqual([]);
      await expectWhole(folder, server);
    },
    120_000,
  );

  it('when the state file is taken away: nothing is written to where nobody will look', async () => {
    const folder = stateFolder();
    const server = start(folder);
    await more(server, 20);
    const [file, aside] = [join(folder, 'state.db'), join(folder, 'aside.db')];
    renameSync(file, aside);
    await stderrOf(server, 'ERROR state store away');
    await more(server, 20);
    expect(existsSync(file)).toBe(false);
    renameSync(aside, file);
    await stderrOf(server, 'audit rows are stored again');
    await ended(server);
    expect(auditNotices(server.answers)).toEqual([]);
    await expectWhole(folder, server);
  }, 90_000);
});

describe('operations go on with a state that cannot be used, and nothing is written to it:', () => {
  it('a folder that cannot be made', async () => {
    const folder = join(temporaryFolder(), 'file', 'state');
    writeFileSync(join(folder, '..'), 'a file');
    const server = start(folder);
    await more(server, 5);
    expect(server.answers[0]?.status).toBe('answered');
    expect(promised(server.answers)).toEqual([]);
    expect(JSON.stringify(await healthOf(server))).toContain(folder);
    await ended(server);
  }, 60_000);

  it('a file that is no database', async () => {
    const folder = stateFolder();
    mkdirSync(folder);
    const file = join(folder, 'state.db');
    writeFileSync(file, 'this is somebody’s letter, not a database\n'.repeat(500));
    const before = readFileSync(file);
    const server = start(folder);
    await more(server, 5);
    await stderrOf(server, 'ERROR state store away');
    expect(server.stderr()).toContain(`SQLite file ${file}: file is not a database`);
    expect(JSON.stringify(await healthOf(server))).toContain('not a database');
    await ended(server);
    expect(auditNotices(server.answers)).toEqual([]);
    expect(readFileSync(file).equals(before)).toBe(true);
    // Moved aside, as the error says: what waited in the spool is the beginning of a new log.
    renameSync(file, join(folder, 'letter'));
    await expectWhole(folder, server);
  }, 60_000);

  it('a store that a newer version has made', async () => {
    const folder = stateFolder();
    const place = placeIn(undefined, folder);
    mkdirSync(folder);
    const store = place.store();
    await store.run(async () => {});
    await store.close();
    await place.sql(
      "insert into hybrid_routing_migration (name, timestamp) values ('900-later', '2031') returning name",
    );
    const file = join(folder, 'state.db');
    const before = readFileSync(file);
    const server = start(folder);
    await more(server, 5);
    await stderrOf(server, 'is of a newer version: it has 900-later');
    await ended(server);
    expect(auditNotices(server.answers)).toEqual([]);
    expect(readFileSync(file).equals(before)).toBe(true);
    await place.sql("delete from hybrid_routing_migration where name = '900-later' returning name");
    await expectWhole(folder, server);
  }, 60_000);

  it('a file that is damaged within, until it is restored', async () => {
    const folder = stateFolder();
    const first = start(folder);
    await more(first, 40);
    await ended(first);
    const file = join(folder, 'state.db');
    copyFileSync(file, join(folder, 'backup'));
    const bytes = readFileSync(file);
    // Page 1 holds header and schema: the rest is overwritten.
    bytes.fill('garbage', 4_096);
    writeFileSync(file, bytes);
    const server = start(folder);
    await more(server, 5);
    await stderrOf(server, 'malformed');
    await more(server, 20);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    rmSync(file);
    copyFileSync(join(folder, 'backup'), file);
    await stderrOf(server, 'audit rows are stored again');
    await ended(server);
    await expectWhole(folder, server, 2);
  }, 120_000);
});

it('ends in time, with its rows kept, while the store is locked', async () => {
  const folder = stateFolder();
  const server = start(folder);
  await more(server, 5);
  const lock = new DatabaseSync(join(folder, 'state.db'));
  lock.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE');
  await more(server, 5);
  await server.rest();
  server.process.kill('SIGTERM');
  await until('it is gone', async () => (await Promise.race([server.ended, Promise.resolve(null)])) !== null, 8_000);
  expect(await server.ended).toEqual({ status: 0, signal: null });
  lock.exec('ROLLBACK');
  lock.close();
  await expectWhole(folder, server);
}, 60_000);

it('a server with nothing to do ends by itself when its client goes, with its last checkpoint', async () => {
  const folder = stateFolder();
  const server = spawnServer({ config: simulators.config, env: envOf(folder) });
  expect(await server.call('route_operation', { operation: 'emergency', prompt: 'x' })).toMatchObject({
    status: 'answered',
  });
  server.process.stdin.end();
  expect(await server.ended).toEqual({ status: 0, signal: null });
  const rows = await placeIn(undefined, folder).sql('select size from audit_checkpoints order by size desc');
  expect(rows[0]).toEqual({ size: 3 });
});
