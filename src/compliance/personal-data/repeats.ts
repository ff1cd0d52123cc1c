import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Finding } from './finding.ts';
import { notNames } from './words/not-names.ts';

/** Types that only a cue word gave away: the same value elsewhere in the operation stands without one. */
const byContext = new Set([
  'PERSON',
  'USERNAME',
  'PASSWORD',
  'ID_NUMBER',
  'ACCOUNT_NUMBER',
  'PASSPORT',
  'DRIVER_LICENSE',
  'TAX_ID',
  'PHONE',
  'API_KEY',
]);
const mostValues = 100;
const shortest = 4;
const sliceSize = 131_072;

export interface KnownValue {
  readonly type: string;
  readonly value: string;
}

/** The values to look for again: those told by context, and the surnames of full names. */
export function repeatable(text: string, findings: readonly Finding[]): KnownValue[] {
  return findings.flatMap(({ type, start, end }) => {
    if (!byContext.has(type) || end - start < shortest || end - start > 80) return [];
    const value = text.slice(start, end);
    const surname = type === 'PERSON' ? /[ ]([\p{Lu}][\p{L}'’-]{3,30})$/u.exec(value)?.[1] : undefined;
    const known = [{ type, value }];
    if (surname !== undefined && !notNames.has(surname.toLowerCase())) known.push({ type, value: surname });
    return known;
  });
}

export type RepeatFinder = (text: string) => Promise<Finding[]>;

/** Finds known values again wherever they stand as words of their own. Null when there are none. */
export function createRepeatFinder(known: readonly KnownValue[]): RepeatFinder | null {
  const types = new Map(known.slice(0, mostValues).map(({ type, value }) => [value, type]));
  if (types.size === 0) return null;
  const values = [...types.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\p{L}\\d_])(?:${values.map(escaped).join('|')})(?![\\p{L}\\d_])`, 'gu');
  return async (text) => {
    const findings: Finding[] = [];
    for (let from = 0; from < text.length; from += sliceSize) {
      if (from > 0) await nextTurn();
      const base = Math.max(0, from - 100);
      for (const match of text.slice(base, from + sliceSize + 100).matchAll(pattern)) {
        const start = base + match.index;
        if (start < from || start >= from + sliceSize) continue;
        findings.push({ type: types.get(match[0]) ?? 'PERSON', start, end: start + match[0].length, confidence: 0.5 });
      }
    }
    return findings;
  };
}

function escaped(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
