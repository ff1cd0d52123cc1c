import { parseCheckpointText } from './checkpoint.ts';
import type { AuditSource } from './export-write.ts';
import { parseNote } from './signed-note.ts';

/** A signed note that goes into an export. */
export interface IncludedNote {
  kind: 'checkpoint' | 'head';
  note: string;
  /** Null for one that cannot be read: it is exported as it is, for the verifier to report. */
  size: number | null;
}

/** The checkpoints over the range, the first one beyond it, and the head: what anchors rows `from`..`to`. */
export async function* includedNotes(
  source: AuditSource,
  { from, to }: { from: number; to: number },
): AsyncGenerator<IncludedNote, void, undefined> {
  for await (const note of source.checkpoints()) {
    const size = sizeOf(note);
    if (size !== null && size < from - 1) continue;
    yield { kind: 'checkpoint', note, size };
    if (size !== null && size > to) break;
  }
  const head = await source.head();
  if (head !== null) yield { kind: 'head', note: head, size: sizeOf(head) };
}

/** The size that the last readable note names, of those that do not name more rows than there are; 0 without one. */
export async function lastNoteSize(notes: AsyncIterable<IncludedNote>, size: number): Promise<number> {
  let last = 0;
  for await (const note of notes) if (note.size !== null && note.size <= size) last = note.size;
  return last;
}

function sizeOf(note: string): number | null {
  try {
    return parseCheckpointText(parseNote(note).text).size;
  } catch {
    return null; // exported as it is; the verifier says what is wrong with it
  }
}
