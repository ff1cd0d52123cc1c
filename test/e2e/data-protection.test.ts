import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoBedrock, echoBedrock } from './harness/echo-bedrock.ts';
import { cleanEnv, fakeCredentials, mainPath, type RunningServer, startServer } from './harness/server.ts';

const person = 'ann.example@example.org';
const name = 'Frau Annegret Beispielhuber';
const iban = 'DE89 3704 0044 0532 0130 00';

let bedrock: EchoBedrock;
let folder: string;

beforeAll(async () => {
  bedrock = await echoBedrock();
  folder = mkdtempSync(join(tmpdir(), 'hybrid-protection-'));
});
afterAll(async () => {
  await bedrock.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(config: Record<string, unknown> = {}, state = mkdtempSync(join(folder, 'state-'))) {
  return startServer({
    config: { direct: { region: 'eu-central-1', endpoint: bedrock.endpoint }, ...config },
    env: { ...fakeCredentials, HYBRID_ROUTING_STORE_FOLDER: state },
  }).then((server) => ({ ...server, state }));
}

/** Everything that lies in a folder, as bytes. */
function bytesIn(place: string): Buffer {
  const entries = readdirSync(place, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return Buffer.concat(entries.map((entry) => readFileSync(join(entry.parentPath, entry.name))));
}

/** The command line on a state folder: status and what it printed. */
function command(state: string, ...args: string[]): Promise<{ status: number; out: string }> {
  return new Promise((resolve) => {
    const env = { ...cleanEnv, HYBRID_ROUTING_STORE_FOLDER: state };
    execFile(process.execPath, [mainPath, ...args], { env }, (error, stdout, stderr) => {
      resolve({ status: error ? Number(error.code) : 0, out: `${stdout}${stderr}` });
    });
  });
}

describe('personal data', () => {
  it('does not reach the model, and comes back in the answer', async () => {
    const server = await start();
    try {
      const prompt = `Pay ${iban} for ${name}, ${person}`;
      const result = await server.route({ operation: 'emergency', prompt, context: { owner: person } });
      expect(result).toMatchObject({ status: 'answered', answer: prompt });
      expect(result.personalData).toMatchObject({ mode: 'tokenize', counts: { EMAIL: 2, IBAN: 1, PERSON: 1 } });
      const sent = bedrock.bodies.at(-1) ?? '';
      expect(sent).toContain('<EMAIL_1>');
      for (const value of [person, iban, 'Beispielhuber']) {
        expect(sent).not.toContain(value);
        expect(server.stderr()).not.toContain(value);
        expect(bytesIn(server.state).includes(value)).toBe(false);
      }
      expect(server.stderr()).toContain('PII_DETECTED');
    } finally {
      await server.close();
    }
  });

  it('stops an operation of a class that may send none', async () => {
    const server = await start({ personalData: { modes: { emergency: 'block' } } });
    try {
      const before = bedrock.bodies.length;
      const { text, isError } = await server.call('route_operation', {
        operation: 'emergency',
        prompt: `Call ${person}`,
      });
      expect([isError, text]).toEqual([true, expect.stringMatching(/personal_data_blocked.*1 EMAIL/s)]);
      expect(text).not.toContain(person);
      expect(bedrock.bodies).toHaveLength(before);
    } finally {
      await server.close();
    }
  });

  it('is taken out of the reason that an operator gives', async () => {
    const server = await start();
    try {
      const reason = `asked for by ${person}`;
      const { text } = await server.call('system_admin', { action: 'emergency', enable: true, reason });
      expect(text).toContain('[EMAIL]');
      expect(bytesIn(server.state).includes(person)).toBe(false);
    } finally {
      await server.close();
    }
  });
});

describe('consent', () => {
  const about = { operation: 'emergency', prompt: 'hello', subject: person, purpose: 'support' };
  const consent = { subject: person, purpose: 'support' };
  let server: RunningServer & { state: string };

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());

  it('is needed before anything leaves the process, and is what an operator records', async () => {
    const before = bedrock.bodies.length;
    const refused = await server.route(about);
    expect(refused).toMatchObject({ status: 'refused', error: { code: 'consent_violation' }, attempts: [] });
    expect(bedrock.bodies).toHaveLength(before);
    const grant = { ...consent, decision: 'grant', noticeVersion: '2026-03', evidence: `mail of ${person}` };
    await server.call('system_admin', { action: 'consent', consent: grant });
    expect(await server.route(about)).toMatchObject({ status: 'answered' });
    expect(await server.route({ ...about, purpose: 'marketing' })).toMatchObject({ status: 'refused' });
    await server.call('system_admin', { action: 'consent', consent: { ...consent, decision: 'withdraw' } });
    expect(await server.route(about)).toMatchObject({
      status: 'refused',
      error: { message: expect.stringContaining('withdrawn') },
    });
  });

  it('names no person in the state, the answers or the log', () => {
    expect(bytesIn(server.state).includes(person)).toBe(false);
    expect(server.stderr()).not.toContain(person);
  });

  it('comes from a file as a whole, or not at all', async () => {
    const header = 'subject,purpose,legalBasis,noticeVersion,grantedAt';
    const good = Array.from({ length: 3_000 }, (_, index) => `user-${index},support,consent,v1,2026-01-01T00:00:00Z`);
    const bad = join(folder, 'bad.csv');
    writeFileSync(bad, [header, ...good, 'user-x,support,agreed,v1,2026-01-01T00:00:00Z'].join('\n'));
    const refused = await command(server.state, 'consent', 'import', bad);
    expect(refused.status).toBe(1);
    expect(refused.out).toMatch(/3002.*legalBasis/s);
    const user = { ...about, subject: 'user-7' };
    expect(await server.route(user)).toMatchObject({ status: 'refused' });
    const whole = join(folder, 'whole.csv');
    writeFileSync(whole, [header, ...good].join('\n'));
    expect(await command(server.state, 'consent', 'import', whole)).toMatchObject({
      status: 0,
      out: expect.stringContaining('3000'),
    });
    expect(await server.route(user)).toMatchObject({ status: 'answered' });
  });
});

describe('erasure', () => {
  it('leaves nothing that leads to the person, and a log that is whole', async () => {
    const server = await start();
    const { state } = server;
    const consent = { subject: person, purpose: 'support', decision: 'grant', noticeVersion: 'v1', evidence: person };
    await server.call('system_admin', { action: 'consent', consent });
    await server.route({ operation: 'emergency', prompt: 'hello', subject: person, purpose: 'support' });
    const dry = await server.call('security_response', { action: 'erase_subject', subject: person, dryRun: true });
    expect(dry.text).toMatch(/known \([\w-]+\), 1 consent records/);
    const done = await server.call('security_response', { action: 'erase_subject', subject: person });
    expect(done.text).toContain('erased');
    const again = await server.call('security_response', { action: 'erase_subject', subject: person });
    expect(again.text).toContain('not known');
    expect(
      await server.route({ operation: 'emergency', prompt: 'hello', subject: person, purpose: 'support' }),
    ).toMatchObject({
      status: 'refused',
    });
    await server.close();
    expect(bytesIn(state).includes(person)).toBe(false);
    const verified = await command(state, 'audit', 'verify');
    expect(verified).toMatchObject({ status: 0, out: expect.stringContaining('WHOLE') });
  });
});

describe('the audit log, exported', () => {
  it('verifies offline; what was cut or altered is told with its place', async () => {
    const server = await start();
    for (let count = 0; count < 5; count += 1) await server.route({ operation: 'emergency', prompt: 'hello' });
    const { state } = server;
    await server.close();
    const file = join(folder, 'export.jsonl');
    const exported = await command(state, 'audit', 'export', '--out', file);
    expect(exported.status).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = /--key '([^']+)'/.exec(exported.out)?.[1] ?? '';
    expect(await command(state, 'audit', 'verify', file, '--key', key)).toMatchObject({ status: 0 });
    const text = readFileSync(file, 'utf8');
    const altered = join(folder, 'altered.jsonl');
    writeFileSync(
      altered,
      text
        .replace('"status":"answered"', '"status":"refused!"')
        .replace('\\"status\\":\\"answered\\"', '\\"status\\":\\"refused!\\"'),
    );
    const broken = await command(state, 'audit', 'verify', altered, '--key', key);
    expect(broken).toMatchObject({ status: 1, out: expect.stringMatching(/BROKEN.*line \d+, row \d+/s) });
    const cut = join(folder, 'cut.jsonl');
    writeFileSync(cut, text.slice(0, text.length * 0.6));
    expect(await command(state, 'audit', 'verify', cut)).toMatchObject({
      status: 1,
      out: expect.stringMatching(/line \d+/),
    });
    expect(await command(state, 'audit', 'verify', join(folder, 'none'))).toMatchObject({ status: 2 });
    writeFileSync(cut, 'not an export\n');
    expect(await command(state, 'audit', 'verify', cut)).toMatchObject({ status: 2 });
  });

  it('is not exported to a place that cannot be written, nor from a row that is not there', async () => {
    const state = mkdtempSync(join(folder, 'state-'));
    const nowhere = await command(state, 'audit', 'export', '--out', join(folder, 'no', 'such', 'folder'));
    expect(nowhere).toMatchObject({ status: 1, out: expect.stringContaining('--out') });
    const beyond = await command(state, 'audit', 'export', '--out', join(folder, 'beyond'), '--from', '999');
    expect(beyond).toMatchObject({ status: 1, out: expect.stringContaining('999') });
    const wrong = await command(state, 'audit', 'export', '--out', join(folder, 'wrong'), '--from', '0');
    expect(wrong).toMatchObject({ status: 1, out: expect.stringContaining('from 1') });
  });
});
