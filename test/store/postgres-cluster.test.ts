import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { temporaryCluster } from '../support-files/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });
const cluster = await temporaryCluster({ settings: { max_connections: 20 } });
const running = 'missing' in cluster ? null : cluster;
const why = 'missing' in cluster ? ` (${cluster.missing})` : '';
afterAll(() => running?.stop());

async function query(connection: pg.ClientConfig, sql: string) {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows[0];
  } finally {
    await client.end();
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it('says what to install where there is no PostgreSQL', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'installed-'));
  const missing = { missing: expect.stringContaining('apt-get install postgresql') };
  expect(await temporaryCluster({ installed: empty })).toEqual(missing);
  expect(await temporaryCluster({ installed: join(empty, 'nowhere') })).toEqual(missing);
  rmSync(empty, { recursive: true });
});

describe.skipIf(running === null)(`a temporary cluster${why}`, () => {
  if (!running) return;

  it('answers over 127.0.0.1 and over its socket, to its password alone', async () => {
    expect(await query({ connectionString: running.url }, 'select 1')).toEqual([1]);
    const { port, socketFolder: host } = running;
    const password = new URL(running.url).password;
    const socket = { host, port, user: 'postgres', database: 'postgres' };
    expect(await query({ ...socket, password }, 'select inet_server_addr()')).toEqual([null]);
    await expect(query({ ...socket, password: 'wrong' }, 'select 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('waits for the disk, and takes settings', async () => {
    const settings = ['fsync', 'max_connections', 'listen_addresses', 'server_encoding'];
    const sql = `select ${settings.map((name) => `current_setting('${name}')`).join(', ')}`;
    expect(await query({ connectionString: running.url }, sql)).toEqual(['on', '20', '127.0.0.1', 'UTF8']);
  });

  it('creates databases that know nothing of each other', async () => {
    const [one, other] = await Promise.all([running.database(), running.database()]);
    await query({ connectionString: one }, 'create table only_here ()');
    const sql = "select to_regclass('only_here')::text";
    expect(await query({ connectionString: one }, sql)).toEqual(['only_here']);
    expect(await query({ connectionString: other }, sql)).toEqual([null]);
  });

  it('starts again with its data, and can be held still', async () => {
    const second = await temporaryCluster({ fsync: false });
    if ('missing' in second) throw new Error(second.missing);
    const { url, pid: before, port } = second;
    await query({ connectionString: url }, 'create table kept as select 7 as number');
    let away: unknown;
    await second.restart(async () => {
      await expect.poll(() => alive(before)).toBe(false);
      away = await query({ connectionString: url }, 'select 1').catch((error: unknown) => error);
    });
    expect(away).toMatchObject({ code: 'ECONNREFUSED' });
    expect([second.pid === before, second.port]).toEqual([false, port]);
    expect(await query({ connectionString: url }, 'select number from kept')).toEqual([7]);
    second.freeze();
    await expect(query({ connectionString: url, connectionTimeoutMillis: 200 }, 'select 1')).rejects.toThrow('timeout');
    second.thaw();
    expect(await query({ connectionString: url }, 'select number from kept')).toEqual([7]);
    second.freeze();
    await second.stop();
    expect([alive(second.pid), existsSync(second.socketFolder)]).toEqual([false, false]);
  });

  it('leaves neither process nor folder when it is stopped', async () => {
    const second = await temporaryCluster({ fsync: false });
    if ('missing' in second) throw new Error(second.missing);
    expect(await query({ connectionString: second.url }, "select current_setting('fsync')")).toEqual(['off']);
    await second.stop();
    expect([alive(second.pid), existsSync(second.socketFolder)]).toEqual([false, false]);
  });
});
