import type { ExportNote } from './export-format.ts';
import type { IncludedNote } from './export-notes.ts';
import { Frontier, isHash, noLeaf, type TreeNode } from './merkle.ts';
import { consistencySpans, inclusionSpans, ProofNodes } from './merkle-proof.ts';

/** The tree behind an export while its leaves stream by: keeps the subtree hashes that the coming proofs need, no others. */
export class ExportTree {
  readonly #frontier = new Frontier();
  readonly #inclusion = new ProofNodes();
  readonly #treeSize: number;
  #consistency = new ProofNodes();
  /** The size that the next consistency proof starts from. */
  #point = 0;

  constructor(proofs: readonly number[], treeSize: number) {
    this.#treeSize = treeSize;
    for (const seq of proofs) this.#inclusion.want(inclusionSpans(seq - 1, treeSize));
  }

  get size(): number {
    return this.#frontier.size;
  }

  state(): { size: number; hashes: string[] } {
    return this.#frontier.state();
  }

  append(leaf: string): void {
    // A damaged leaf keeps its place; the verifier reports its row.
    this.#frontier.append(isHash(leaf) ? leaf : noLeaf, this.#keep);
  }

  /** From here, the next consistency proof leads to `note`. */
  aim(note: IncludedNote | undefined): void {
    this.#point = this.size;
    this.#consistency = new ProofNodes();
    if (note?.size == null || note.size < this.#point) return;
    this.#consistency.want(consistencySpans(this.#point, note.size));
    for (const node of this.#frontier.nodes()) this.#consistency.keep(node);
  }

  /** The note with its proof; without one where it does not speak of the rows so far. */
  note({ note, size }: IncludedNote): Omit<ExportNote, 'next'> {
    const spans = size === this.size ? consistencySpans(this.#point, size) : [];
    return { note, from: this.#point, consistency: this.#consistency.hashes(spans) };
  }

  inclusion(seq: number): { seq: number; size: number; hashes: string[] } {
    const size = this.#treeSize;
    return { seq, size, hashes: this.#inclusion.hashes(inclusionSpans(seq - 1, size)) };
  }

  readonly #keep = (node: TreeNode): void => {
    this.#inclusion.keep(node);
    this.#consistency.keep(node);
  };
}
