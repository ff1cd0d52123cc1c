import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConsentRecords } from '../../../src/compliance/consent/consent-records.ts';
import { importConsents } from '../../../src/compliance/consent/import-consents.ts';
import type { ConsentRecord } from '../../../src/compliance/consent/record.ts';
import { SubjectRegistry } from '../../../src/compliance/subjects/subject-registry.ts';
import { bothEngines, type Place, titleOf } from '../../support-files/store-engines.ts';
import { auditOn } from '../audit/audit-parts.ts';
import { grant } from './grant.ts';

vi.setConfig({ testTimeout: 60_000 });
const { engines, stop } = await bothEngines();
afterAll(stop);

const csvHeader = 'subject,purpose,legalBasis,noticeVersion,grantedAt,withdrawnAt,expiresAt,evidence';
async function* bytes(text: string) {
  yield Buffer.from(text);
}

describe.each(engines)('consent records on $name', (engine) => {
  if (engine.missing !== null) return void it.skip(titleOf(engine), () => {});
  let place: Place;
  beforeEach(async () => {
    place = await engine.place();
  });
  afterEach(() => place.remove());

  function records(wallClock = Date.now) {
    const { store, keys } = auditOn(place);
    const subjects = new SubjectRegistry({ store, keys, wallClock });
    return { subjects, consents: new ConsentRecords({ store, subjects, wallClock }) };
  }

  async function all(consents: ConsentRecords): Promise<ConsentRecord[]> {
    const found: ConsentRecord[] = [];
    for await (const record of consents.all()) found.push(record);
    return found;
  }

  it('are added, and given back by subject with its random id in place of its name', async () => {
    const { consents, subjects } = records();
    const record = grant({ subject: 'ann', evidence: 'form 17, drawer 4' });
    const subject = await consents.add(record);
    await consents.add({ ...record, purpose: 'other' });
    await consents.add({ ...record, subject: 'bob' });
    const expected = { ...record, subject: subject.id, evidence: '' };
    expect(await consents.of(subject)).toEqual([expected, { ...expected, purpose: 'other' }]);
    expect(await all(consents)).toHaveLength(3);
    expect((await subjects.find('ann'))?.id).toBe(subject.id);
    const rows = await place.sql('select subject, evidence from consents');
    expect(JSON.stringify(rows)).not.toMatch(/ann|bob|drawer/);
    expect(subject.open(String(rows[0]?.evidence))).toBe('form 17, drawer 4');
  });

  it('of a file count from the moment that all of it is there', async () => {
    const [{ consents, subjects }, other] = [records(), records()];
    const sink = await consents.import();
    await sink.stage([grant({ subject: 'ann' }), grant({ subject: 'bob' })]);
    await sink.stage([]);
    await sink.stage([grant({ subject: 'ann', purpose: 'other' })]);
    const ann = await subjects.enter('ann');
    expect([await consents.of(ann), await all(other.consents)]).toEqual([[], []]);
    await sink.commit();
    expect([(await other.consents.of(ann)).length, (await all(other.consents)).length]).toEqual([2, 3]);
  });

  it('of a file that is discarded never count, and leave nothing', async () => {
    const { consents } = records();
    await consents.add(grant({ subject: 'ann' }));
    const sink = await consents.import();
    await sink.stage([grant({ subject: 'bob' })]);
    await sink.discard();
    expect(await all(consents)).toHaveLength(1);
    expect(await place.sql('select id from consent_imports')).toEqual([]);
  });

  it('of a file with one bad line in the thousands are not taken', async () => {
    const { consents } = records();
    const line = (at: number) => `s-${at},marketing,consent,v1,2026-01-01T00:00:00Z,,,`;
    const lines = Array.from({ length: 2_300 }, (_, at) => line(at));
    const run = async (text: string) =>
      importConsents({ stream: bytes(text), format: 'csv', recordedAt: 1, sink: await consents.import() });
    await expect(run([csvHeader, ...lines, 's-1,marketing,no basis,v1,x,,,', ''].join('\n'))).rejects.toThrow();
    expect([await all(consents), await place.sql('select id from consents')]).toEqual([[], []]);
    expect(await run([csvHeader, ...lines, ''].join('\n'))).toBe(2_300);
    const found = await all(consents);
    // Page by page, those of one subject together, each once.
    expect(new Set(found.map(({ subject }) => subject)).size).toBe(2_300);
  });

  it('that a process left in the middle of an import are cleared by a later one', async () => {
    const day = 86_400_000;
    const left = records(() => 0);
    await (await left.consents.import()).stage([grant({ subject: 'ann' })]);
    await (await records(() => day).consents.import()).commit();
    expect(await place.sql('select id from consents')).toHaveLength(1);
    await (await records(() => day + 1).consents.import()).commit();
    expect(await place.sql('select id from consents')).toEqual([]);
  });

  it('of an erased subject stay, and name nobody', async () => {
    const { consents, subjects } = records();
    const subject = await consents.add(grant({ subject: 'ann', evidence: 'form 17' }));
    await subjects.erase(subject);
    expect(await all(consents)).toMatchObject([{ subject: subject.id }]);
    expect(await subjects.byId(subject.id)).toBeNull();
    const again = await consents.add(grant({ subject: 'ann' }));
    expect(await consents.of(again)).toHaveLength(1);
  });
});
