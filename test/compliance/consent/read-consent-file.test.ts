import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConsentImportError } from '../../../src/compliance/consent/import-error.ts';
import {
  type ConsentFormat,
  type NumberedRecord,
  readConsentFile,
} from '../../../src/compliance/consent/read-consent-file.ts';
import { thrownBy } from '../../support-files/thrown.ts';
import { grant } from './grant.ts';

async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function read(format: ConsentFormat, file: string | Uint8Array, chunk = 65_536): Promise<NumberedRecord[]> {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  return all(readConsentFile({ stream: chunksOf(bytes, chunk), format, recordedAt: 77 }));
}

/** Line, field and message of each problem. */
async function problemsOf(format: ConsentFormat, file: string | Uint8Array): Promise<string[]> {
  const error = await thrownBy(ConsentImportError, () => read(format, file));
  return error.problems.map(({ line, field, message }) => `${line} ${field}: ${message}`);
}

const header = 'subject,purpose,legalBasis,noticeVersion,grantedAt,withdrawnAt,expiresAt,evidence';
const cells = 'user-1,support,consent,v3,2026-05-01T09:30:00Z,,,form 12';
const row = {
  subject: 'user-1',
  purpose: 'support',
  legalBasis: 'consent',
  noticeVersion: 'v3',
  grantedAt: '2026-05-01T11:30:00+02:00',
};
const record = grant({ grantedAt: Date.UTC(2026, 4, 1, 9, 30), recordedAt: 77 });

describe('CSV', () => {
  it('reads a header and rows', async () => {
    expect(await read('csv', `${header}\n${cells}\n`)).toEqual([{ line: 2, record }]);
  });

  it('takes a byte order mark, CRLF, blank lines, no last line break, quotes and columns in any order', async () => {
    const file = [
      '\uFEFFevidence,grantedAt,expiresAt,noticeVersion,purpose,legalBasis,subject',
      '"form 12, ""signed""",2026-05-01T09:30:00Z,2027-05-01T00:00:00.500Z,v3,support,consent,user-1',
      '',
      '"",2026-05-01T09:30:00Z,,"v3",support,contract,user-2',
    ].join('\r\n');
    const expiresAt = Date.UTC(2027, 4, 1) + 500;
    expect(await read('csv', file)).toEqual([
      { line: 2, record: { ...record, expiresAt, evidence: 'form 12, "signed"' } },
      { line: 4, record: { ...record, subject: 'user-2', legalBasis: 'contract', evidence: '' } },
    ]);
  });

  it.each([
    [
      '',
      [
        '1 header: must name the columns, separated by commas, in UTF-8: subject, purpose, legalBasis, noticeVersion, grantedAt, withdrawnAt, expiresAt, evidence',
      ],
    ],
    [
      `${header},e-mail,notes\n${cells},x,y\n`,
      [
        '1 header: unknown columns: "e-mail", "notes"; allowed: subject, purpose, legalBasis, noticeVersion, grantedAt, withdrawnAt, expiresAt, evidence',
      ],
    ],
    [
      '\nsubject,purpose,subject\n',
      ['2 header: missing columns: legalBasis, noticeVersion, grantedAt', '2 header: columns given twice: subject'],
    ],
  ])('refuses the header of %j by name', async (file, problems) => {
    expect(await problemsOf('csv', file)).toEqual(problems);
  });

  it('does not repeat a first line that is no header: it may be a person', async () => {
    const [problem] = await problemsOf('csv', 'ann@example.org,Ann Example\n');
    expect(problem).toMatch(/^1 header: must name the columns/);
    expect(problem).not.toContain('ann');
    expect(await problemsOf('csv', `${header.replaceAll(',', ';')}\n`)).toHaveLength(1);
  });

  it('names line, field and what is allowed, never the value', async () => {
    const file = [
      header,
      cells,
      ' ann@example.org,support,consent,v3,2026-05-01T09:30:00Z,,,',
      'user-1,support,agreed,v3,2026-05-01,,,', // no zone
      '"user-1",support,contract,v3,2026-05-01T09:30:00Z,2026-06-01T09:30:00Z,,"two',
      'lines"',
      'user-1,support',
      'user-1,support,consent,v3,2026-02-30T09:30:00Z,,2026-05-01T09:30:00Z,',
      'user-1,support,consent,v3,2026-05-01T09:30:00Z,2026-04-01T09:30:00Z,2026-05-01T09:30:00Z,',
    ].join('\n');
    expect(await problemsOf('csv', file)).toEqual([
      '3 subject: must be an identifier of 1 to 200 characters without control characters, and without blanks at its ends',
      '4 legalBasis: must be one of consent, contract, legal_obligation, vital_interests, public_task, legitimate_interests',
      '4 grantedAt: must be an ISO 8601 time with its zone, such as 2026-05-01T09:30:00Z or 2026-05-01T11:30:00+02:00',
      '5 evidence: must be UTF-8 text without control characters or line breaks',
      '7 line: must have 8 cells, as the header has, and has 2',
      '8 grantedAt: must be an ISO 8601 time with its zone, such as 2026-05-01T09:30:00Z or 2026-05-01T11:30:00+02:00',
      '9 withdrawnAt: must not be before grantedAt',
      '9 expiresAt: must be after grantedAt',
    ]);
  });

  it.each([
    ['user-1,sup"port,consent', 'must have its double quotes around a whole cell'],
    ['"user-1"x,support,consent', 'must have its double quotes around a whole cell'],
    ['"user-1,support,consent', 'must have its double quotes around a whole cell'],
    [`user-1,${'x'.repeat(70_000)}`, 'must have at most 65536 bytes'],
    [`"${`user,\n`.repeat(20_000)}`, 'must have at most 65536 bytes (or a double quote is not closed)'],
  ])('stops where the quoting breaks: %#', async (line, message) => {
    const problems = await problemsOf('csv', `${header}\n${cells}\nuser 2\n\n${line}\n${cells}\n`);
    expect(problems[0]).toMatch(/^3 line: must have 8 cells/);
    expect(problems[1]).toContain(`5 line: ${message}`);
    expect(problems).toHaveLength(2);
  });
});

describe('JSON lines', () => {
  const line = JSON.stringify({ ...row, evidence: 'form 12' });

  it('reads one object a line', async () => {
    expect(await read('jsonl', `\uFEFF${line}\r\n\r\n${line}`)).toEqual([
      { line: 1, record },
      { line: 3, record },
    ]);
  });

  it('takes null and absence for none', async () => {
    const nulls = JSON.stringify({ ...row, withdrawnAt: null, expiresAt: null, evidence: null });
    expect(await read('jsonl', `${nulls}\n${JSON.stringify(row)}\n`)).toEqual(
      [1, 2].map((number) => ({ line: number, record: { ...record, evidence: '' } })),
    );
  });

  it('reads an empty file as no records', async () => {
    expect(await read('jsonl', '')).toEqual([]);
    expect(await read('jsonl', '\uFEFF\n \n')).toEqual([]);
  });

  it('names line, field and what is allowed, never the value', async () => {
    const file = [
      line,
      '{"subject": "ann@example.org"',
      '[1]',
      '"text"',
      'null',
      JSON.stringify({ ...row, mail: 'ann@example.org' }),
      JSON.stringify({ ...row, purpose: undefined, grantedAt: 1, withdrawnAt: 2 }),
      `{"subject":"${'x'.repeat(70_000)}"}`,
      line,
      JSON.stringify({ ...row, expiresAt: 'tomorrow' }),
    ].join('\n');
    expect(await problemsOf('jsonl', file)).toEqual([
      '2 line: must be one JSON object, and is not JSON',
      '3 line: must be a JSON object',
      '4 line: must be a JSON object',
      '5 line: must be a JSON object',
      '6 line: unknown: "mail"; allowed: subject, purpose, legalBasis, noticeVersion, grantedAt, withdrawnAt, expiresAt, evidence',
      '7 purpose: must be given, as text',
      '7 grantedAt: must be given, as text',
      '7 withdrawnAt: must be empty or an ISO 8601 time with its zone',
      '8 line: must have at most 65536 bytes',
      '10 expiresAt: must be an ISO 8601 time with its zone, such as 2026-05-01T09:30:00Z or 2026-05-01T11:30:00+02:00',
    ]);
  });

  it('refuses text that is not UTF-8', async () => {
    const bytes = new Uint8Array(new TextEncoder().encode(`${line}\n`));
    bytes[bytes.length - 4] = 0xff;
    expect(await problemsOf('jsonl', bytes)).toEqual([
      '1 evidence: must be UTF-8 text without control characters or line breaks',
    ]);
  });
});

describe('both', () => {
  it('give up after 20 bad lines, and yield nothing after the first', async () => {
    const file = `${header}\n${cells}\nbad\n${cells}\n${'bad\n'.repeat(30)}`;
    const yielded: number[] = [];
    const error = await thrownBy(ConsentImportError, async () => {
      const bytes = new TextEncoder().encode(`${file}`);
      for await (const { line } of readConsentFile({ stream: chunksOf(bytes, 64), format: 'csv', recordedAt: 1 })) {
        yielded.push(line);
      }
    });
    expect(yielded).toEqual([2]);
    expect(error.problems.map((problem) => problem.line)).toEqual([
      3,
      ...Array.from({ length: 19 }, (_, index) => index + 5),
    ]);
    expect(error.message).toMatch(/^At least 20 lines of the file cannot be taken: line 3, line: must have 8 cells/);
    expect(error.code).toBe('consent_import_invalid');
  });

  it('read the same wherever the chunks break, in the middle of a character too', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '"', ',', ' '), maxLength: 8 });
    const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('\n', '\r\n'),
        async (evidences, size, end) => {
          const expected = evidences.map((evidence, index) => ({ line: index + 2, record: { ...record, evidence } }));
          const csv = [header, ...evidences.map((evidence) => cells.replace('form 12', () => quoted(evidence)))];
          expect(await read('csv', csv.join(end), size)).toEqual(expected);
          const jsonl = ['', ...evidences.map((evidence) => JSON.stringify({ ...row, evidence }))];
          expect(await read('jsonl', jsonl.join(end), size)).toEqual(expected);
        },
      ),
    );
  });

  it('pass on what the stream throws', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(`${header}\n${cells}\n`);
      throw new RangeError('disk');
    }
    for (const format of ['csv', 'jsonl'] as const) {
      const run = () => all(readConsentFile({ stream: broken(), format, recordedAt: 1 }));
      const error = await thrownBy(Error, run);
      expect(error).toMatchObject({ name: 'RangeError', message: 'disk' });
    }
  });

  it('let go of the stream when the reader leaves', async () => {
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield new TextEncoder().encode(`${header}\n`);
        for (;;) yield new TextEncoder().encode(`${cells}\n`.repeat(100));
      } finally {
        closed = true;
      }
    }
    for await (const { line } of readConsentFile({ stream: endless(), format: 'csv', recordedAt: 1 })) {
      if (line > 250) break;
    }
    expect(closed).toBe(true);
  });
});
