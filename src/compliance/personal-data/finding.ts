/** Where a piece of personal data lies. It never holds the value itself. */
export interface Finding {
  /** One of `personalDataTypes`, or a type of the second stage: capital letters, digits and `_`. */
  readonly type: string;
  /** UTF-16 offset of the first code unit. */
  readonly start: number;
  /** UTF-16 offset after the last code unit. */
  readonly end: number;
  /** 0 to 1: a form that other things share is about 0.3, a cue word or a check digit makes it 0.6 to 1. */
  readonly confidence: number;
}
