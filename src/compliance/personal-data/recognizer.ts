import type { PersonalDataType } from '../../config/personal-data-schema.ts';
import type { PhoneNumbers } from './phone-numbers.ts';

/** What a recognizer sees of the window being scanned. Offsets are of `text`, the normalized window. */
export interface Scan {
  readonly text: string;
  readonly region: string;
  /** Null before the library is loaded: then the form alone decides. */
  readonly phoneNumbers: PhoneNumbers | null;
  emit(type: PersonalDataType, start: number, end: number, confidence: number): void;
  /** Whether a cue word of this context ended at most `distance` characters before `start` (default 48). */
  cued(context: string, start: number, distance?: number): boolean;
  /** Whether [start, end) is the whole text, as in a form field. */
  whole(start: number, end: number): boolean;
  /** Notes that the family `name` has read up to `end`: what begins before is a part of what it has read. */
  reach(name: string, end: number): void;
  /** Whether `index` lies in what the family has read. */
  reached(name: string, index: number): boolean;
  /** Takes one of the expensive checks that a window may make; false when none is left. */
  spend(): boolean;
  /** Takes one of the `most` closer looks that the family `name` may take in a window; false when none is left. */
  closer(name: string, most: number): boolean;
}

/** Tokens of `from` to `to` characters (64 stands for all above); with `followedBy`, only those in front of one of its characters. */
export interface TokenShape {
  readonly from: number;
  readonly to: number;
  readonly followedBy?: string;
}

/**
 * One family of patterns. The lexer walks the text once and calls a recognizer only where something that it subscribed
 * to begins; each call may look at a bounded number of characters, so a scan is linear whatever the text holds.
 */
export interface Recognizer {
  readonly types: readonly PersonalDataType[];
  /** Context name to the cue words (small letters, split by spaces) that raise the confidence of what follows. */
  readonly cues?: Readonly<Record<string, string>>;
  /** Words (small letters, split by spaces) that `atWord` is called for. */
  readonly words?: string;
  /** Runs of digits that `atToken` is called for. */
  readonly numbers?: readonly TokenShape[];
  /** Runs of letters and digits, both, that `atToken` is called for. */
  readonly mixed?: readonly TokenShape[];
  /** Characters out of `marks` that `atChar` is called for. */
  readonly chars?: string;
  /** Shortest run of letters (and digits) that `atLong` is called for. */
  readonly long?: number;
  atWord?(scan: Scan, start: number, end: number, word: string): void;
  atToken?(scan: Scan, start: number, end: number): void;
  atChar?(scan: Scan, index: number): void;
  atLong?(scan: Scan, start: number, end: number): void;
}

/** Confidence by the best evidence there is: a cue word before, the value standing alone, or the form by itself. */
export function weigh(
  scan: Scan,
  at: { context: string; start: number; end: number },
  by: { cued: number; whole: number; bare: number },
): number {
  if (scan.cued(at.context, at.start)) return by.cued;
  return scan.whole(at.start, at.end) ? Math.max(by.whole, by.bare) : by.bare;
}
