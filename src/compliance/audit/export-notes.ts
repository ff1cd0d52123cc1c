import { parseCheckpointText } from './checkpoint.ts';
import { otherLine } from './export-format.ts';
import type { ExportTree } from './export-tree.ts';
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

/** The notes of an export, each where the rows reach its size. */
export class PlacedNotes {
  readonly #notes: AsyncGenerator<IncludedNote, void, undefined>;
  readonly #tree: ExportTree;
  readonly #to: number;
  next: IncludedNote | undefined;
  /** The one after it: a note says where the next one stands, so that none can be left out. */
  #second: IncludedNote | undefined;

  constructor(notes: AsyncGenerator<IncludedNote, void, undefined>, tree: ExportTree, to: number) {
    this.#notes = notes;
    this.#tree = tree;
    this.#to = to;
  }

  /** Gives the place of the first note. */
  async start(): Promise<number | null> {
    await this.advance();
    await this.advance();
    return this.#placeOf(this.next);
  }

  async advance(): Promise<IncludedNote | undefined> {
    const step = await this.#notes.next();
    this.next = this.#second;
    this.#second = step.done ? undefined : step.value;
    this.#tree.aim(this.next);
    return this.next;
  }

  isDue(): boolean {
    // The head waits for the last row.
    return this.next?.kind === 'checkpoint' && (this.next.size ?? 0) <= this.#tree.size;
  }

  async *due(): AsyncGenerator<string, void, undefined> {
    for (let next = this.next; next && this.isDue(); next = await this.advance()) yield this.line(next);
  }

  /** Lets the source go, also where it was not read to its end. */
  async close(): Promise<void> {
    await this.#notes.return();
  }

  line(next: IncludedNote): string {
    const note = { ...this.#tree.note(next), next: this.#placeOf(this.#second) };
    return otherLine(next.kind === 'head' ? { head: note } : { checkpoint: note });
  }

  /** The row after which a note will stand: that of its size, or here, if that is past, or else the last one. */
  #placeOf(note: IncludedNote | undefined): number | null {
    if (!note) return null;
    return note.kind === 'head' ? this.#to : Math.min(Math.max(note.size ?? 0, this.#tree.size), this.#to);
  }
}

function sizeOf(note: string): number | null {
  try {
    return parseCheckpointText(parseNote(note).text).size;
  } catch {
    return null; // exported as it is; the verifier says what is wrong with it
  }
}
