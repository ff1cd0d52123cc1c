import { HybridRoutingError } from '../../config/errors.ts';

/** So many digits that names sort as sizes do, for a log of a thousand entries a second over thirty years. */
const digits = 12;
export const mostEntries = 10 ** digits - 1;
export const namePrefix = 'checkpoint-';
const pattern = new RegExp(`^${namePrefix}(\\d{${digits}})\\.note$`);

/** A signed note has a few hundred bytes (C2SP signed-note); a file that is much larger is none. */
export const mostNoteBytes = 65_536;

/** `checkpoint-000000001234.note`. @throws RangeError where it is no number of entries */
export function checkpointName(size: number): string {
  if (!Number.isInteger(size) || size < 0 || size > mostEntries) {
    throw new RangeError(`A checkpoint covers 0 to ${mostEntries} entries, not ${size}.`);
  }
  return `${namePrefix}${String(size).padStart(digits, '0')}.note`;
}

/** The size in a name; null for the name of anything else. */
export function checkpointSize(name: string): number | null {
  const [, size] = pattern.exec(name) ?? [];
  return size === undefined ? null : Number(size);
}

/** @throws RangeError where a note is empty or too long to be one */
export function checkNote(note: string): void {
  const bytes = Buffer.byteLength(note);
  if (bytes === 0 || bytes > mostNoteBytes) {
    throw new RangeError(`A note has 1 to ${mostNoteBytes} bytes, not ${bytes}.`);
  }
}

/**
 * Whether two checkpoints say the same of the log: origin, size and root, the first three lines (C2SP tlog-checkpoint).
 * Time and signatures may differ: every replica signs, and one that starts again signs anew.
 */
export function sameHead(note: string, other: string): boolean {
  const head = (text: string) => text.split('\n', 3).join('\n');
  return head(note) === head(other);
}

/** What is thrown where an anchor holds another note of the same size. */
export function forked(anchor: string, size: number): HybridRoutingError {
  return new HybridRoutingError(
    'anchor_forked',
    `The audit log was forked: ${anchor} already holds another checkpoint of ${size} entries`,
    `Keep both notes and the log as evidence, and find which process wrote entries before ${size} anew.`,
  );
}

export function oversized(anchor: string, size: number): HybridRoutingError {
  return new HybridRoutingError(
    'anchor_unreadable',
    `${checkpointName(size)} in ${anchor} is longer than a checkpoint can be (${mostNoteBytes} bytes)`,
    'Look at it: it is no checkpoint of this server.',
  );
}
