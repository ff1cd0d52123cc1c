import { marks } from './characters.ts';
import { Dictionary } from './dictionary.ts';
import { createDispatch } from './dispatch.ts';
import type { Finding } from './finding.ts';
import { type LexerBounds, lex } from './lexer.ts';
import { type Normalized, normalize } from './normalize.ts';
import type { PhoneNumbers } from './phone-numbers.ts';
import type { Recognizer, Scan } from './recognizer.ts';

/** Longest finding that a window border cannot cut, in UTF-16 code units: a PEM key of 8192 bits has 6,400. */
const margin = 8_192;
/** libphonenumber takes 8 us a number: at most 0.3 ms a window. Past it the form of a number decides. */
const expensiveChecks = 32;
const longestContext = 200;

export interface WindowScanParts {
  readonly recognizers: readonly Recognizer[];
  readonly disabledTypes: readonly string[];
  readonly region: string;
  readonly phoneNumbers: PhoneNumbers | null;
  readonly lookBehind: number;
}

export interface WindowRequest {
  readonly text: string;
  /** The findings that start in [from, to) are this window's. */
  readonly from: number;
  readonly to: number;
  readonly types?: readonly string[];
  readonly minConfidence?: number;
  readonly context?: string;
}

/**
 * Scans one window of a text. Recognizers see a margin on both sides, so what lies over a border is found whole, once,
 * by the window that it starts in.
 */
export function createWindowScan(parts: WindowScanParts): (request: WindowRequest) => Finding[] {
  const disabled = new Set(parts.disabledTypes);
  const used = parts.recognizers.filter(({ types }) => types.some((type) => !disabled.has(type)));
  const dictionary = new Dictionary(used);
  const dispatch = createDispatch(used, dictionary, marks);

  return (request) => {
    const { from, to, minConfidence = 0.5 } = request;
    const only = request.types ? new Set(request.types) : null;
    const { normal, shift } = windowOf(request);
    const findings: Finding[] = [];
    const lastCue = new Int32Array(dictionary.contexts.size).fill(-1_000_000);
    const lone = loneValue(request, normal);
    const reach = new Map<string, number>();
    const looks = new Map<string, number>();
    let checks = expensiveChecks;

    const scan: Scan = {
      text: normal.text,
      region: parts.region,
      phoneNumbers: parts.phoneNumbers,
      emit: (type, start, end, confidence) => {
        if (confidence < minConfidence || disabled.has(type) || (only !== null && !only.has(type))) return;
        const at = normal.startOf(start) + shift;
        if (at >= from && at < to) findings.push({ type, start: at, end: normal.endOf(end) + shift, confidence });
      },
      cued: (context, start, distance = 48) => {
        const last = lastCue[dictionary.contexts.get(context) ?? -1] ?? -1_000_000;
        return last <= start && start - last <= distance;
      },
      whole: (start, end) => lone !== null && start === lone.start && end === lone.end,
      reach: (name, end) => reach.set(name, end),
      reached: (name, index) => index < (reach.get(name) ?? 0),
      spend: () => {
        checks -= 1;
        return checks >= 0;
      },
      closer: (name, most) => {
        const taken = (looks.get(name) ?? 0) + 1;
        looks.set(name, taken);
        return taken <= most;
      },
    };
    const bounds = walkBounds(normal, {
      from: normal.offsetOf(Math.max(0, from - shift)),
      to: normal.offsetOf(to - shift),
      lookBehind: parts.lookBehind,
      first: from === 0,
    });
    lex(normal.text, bounds, dispatch(scan, lastCue));
    return findings;
  };
}

/** The window with its margins and label, and what to add to its offsets for those of the text. */
function windowOf(request: WindowRequest): { normal: Normalized; shift: number } {
  const { text, from, to } = request;
  const base = Math.max(0, from - margin);
  const label = labelOf(request);
  const part = label + text.slice(base, Math.min(text.length, to + margin));
  const normal = normalize(part);
  // A window that is plain already is read in the text itself: characters of a slice take longer to get at.
  if (normal.text === part && label === '') return { normal: { ...normal, text }, shift: 0 };
  return { normal, shift: base - label.length };
}

/** A field name in front of a short text, in words: `phoneNumber` reads "phone Number: ". */
function labelOf({ text, from, to, context }: WindowRequest): string {
  if (context === undefined || from !== 0 || to !== text.length) return '';
  const words = context.slice(0, longestContext).replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1 ');
  return `${words.replace(/[_\-\s]+/g, ' ').trim()}: `;
}

interface Walk {
  readonly from: number;
  readonly to: number;
  readonly lookBehind: number;
  readonly first: boolean;
}

/** Where the lexer walks, in offsets of the normalized window: the core with a run-up, starting between two words. */
function walkBounds({ text }: Normalized, { from, to, lookBehind, first }: Walk): LexerBounds {
  const end = Math.min(text.length, to + lookBehind);
  const stop = Math.min(text.length, to + margin);
  if (first) return { from: 0, to: end, stop };
  let start = Math.max(0, from - 2 * lookBehind);
  const limit = Math.max(0, from - lookBehind);
  while (start < limit && /[\p{L}\p{N}\p{M}]/u.test(text.charAt(start))) start += 1;
  return { from: start, to: end, stop };
}

/** The bounds of a short text without the space around it, or null for a longer one or one that has a field name. */
function loneValue({ text, context }: WindowRequest, normal: Normalized): { start: number; end: number } | null {
  if (context !== undefined || text.length > 80) return null;
  const start = normal.text.length - normal.text.trimStart().length;
  return { start, end: normal.text.trimEnd().length };
}
