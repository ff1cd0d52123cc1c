import { z } from 'zod';
import { purposeSchema } from '../../config/consent-schema.ts';
import type { LineProblem } from './import-error.ts';
import {
  type ConsentRecord,
  contradictionsIn,
  evidenceSchema,
  legalBasisSchema,
  noticeVersionSchema,
  subjectSchema,
} from './record.ts';

const isoTime = z.iso.datetime({
  offset: true,
  error: 'must be an ISO 8601 time with its zone, such as 2026-05-01T09:30:00Z or 2026-05-01T11:30:00+02:00',
});
// An empty cell is how a CSV file says that there is none.
const optionalTime = z.union([z.literal(''), isoTime], { error: 'must be empty or an ISO 8601 time with its zone' });

/** One record as a file has it: times as ISO 8601 text, the last three columns optional. */
const rowSchema = z.strictObject({
  subject: subjectSchema,
  purpose: purposeSchema,
  legalBasis: legalBasisSchema,
  noticeVersion: noticeVersionSchema,
  grantedAt: isoTime,
  withdrawnAt: optionalTime.nullish(),
  expiresAt: optionalTime.nullish(),
  evidence: evidenceSchema.nullish(),
});

export const columns: readonly string[] = Object.keys(rowSchema.shape);
export const requiredColumns: readonly string[] = ['subject', 'purpose', 'legalBasis', 'noticeVersion', 'grantedAt'];

/** The record of one row, or what is wrong with the row. */
export type RowResult = { record: ConsentRecord } | { problems: LineProblem[] };

/** @param recordedAt ms since 1970 */
export function toRecord(row: unknown, line: number, recordedAt: number): RowResult {
  const { data, error } = rowSchema.safeParse(row);
  if (error) return { problems: error.issues.map((issue) => problemOf(issue, line)) };
  const record = {
    subject: data.subject,
    purpose: data.purpose,
    legalBasis: data.legalBasis,
    noticeVersion: data.noticeVersion,
    grantedAt: Date.parse(data.grantedAt),
    withdrawnAt: timeOrNull(data.withdrawnAt),
    expiresAt: timeOrNull(data.expiresAt),
    evidence: data.evidence ?? '',
    recordedAt,
  };
  const problems = contradictionsIn(record).map((found) => ({ line, ...found }));
  return problems.length > 0 ? { problems } : { record };
}

function timeOrNull(text: string | null | undefined): number | null {
  return text ? Date.parse(text) : null;
}

function problemOf(issue: z.core.$ZodIssue, line: number): LineProblem {
  if (issue.code === 'unrecognized_keys') {
    const message = `unknown: ${nameList(issue.keys)}; allowed: ${columns.join(', ')}`;
    return { line, field: 'line', message };
  }
  const field = issue.path.map(String).join('.') || 'line';
  if (issue.code !== 'invalid_type') return { line, field, message: issue.message };
  return { line, field, message: field === 'line' ? 'must be a JSON object' : 'must be given, as text' };
}

const shownNames = 5;
const shownLength = 40;

/** Names from a file, few and short: the file decides what they are. */
export function nameList(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).map((name) => JSON.stringify(name.slice(0, shownLength)));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}
