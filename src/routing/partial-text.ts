import type { PathName } from '../config/operation-types.ts';

/** The partial text that a client sees as progress: of one path at a time, and marked where it no longer holds. */
export class PartialText {
  /** What a path calls with each piece; undefined where the client asked for no progress. */
  readonly report: ((text: string) => void) | undefined;
  readonly #onProgress: ((text: string) => void) | undefined;
  #shown = false;

  constructor(onProgress: ((text: string) => void) | undefined) {
    this.#onProgress = onProgress;
    this.report = onProgress && ((text) => this.#show(text));
  }

  /** Says that what was shown does not count, because another path answers from the start. */
  withdraw(path: PathName): void {
    if (!this.#shown) return;
    this.#shown = false;
    this.#onProgress?.(`[withdrawn: the ${path} path failed; a whole new answer follows]`);
  }

  #show(text: string): void {
    this.#shown = true;
    this.#onProgress?.(text);
  }
}
