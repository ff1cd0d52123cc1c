/** A checkpoint of the log: how many entries it covers, and the signed note that says so. */
export interface AnchoredCheckpoint {
  size: number;
  note: string;
}

/**
 * A place outside the reach of whoever can write the log, which keeps its checkpoints: what is anchored can be told from a
 * log that was rewritten later. A checkpoint is put once and never replaced.
 */
export interface Anchor {
  /** Where it is, for health and errors: `file:///mnt/anchors`, `s3://bucket/prefix/`. */
  readonly name: string;
  /**
   * Keeps a checkpoint. Where one of this size is there with the same origin and root, nothing changes.
   * @param size entries that it covers, 0 to 999,999,999,999
   * @throws HybridRoutingError `anchor_forked` where one of this size is there with another origin or root; `anchor_...`; RangeError of a size or note that is none; the signal’s reason
   */
  put(size: number, note: string, signal: AbortSignal): Promise<void>;
  /** The checkpoint of the most entries; null where there is none. @throws as `put` */
  latest(signal: AbortSignal): Promise<AnchoredCheckpoint | null>;
  /** The note of one size; null where there is none. @throws as `put` */
  read(size: number, signal: AbortSignal): Promise<string | null>;
  /** Sizes of all checkpoints, ascending. @throws as `put` */
  list(signal: AbortSignal): Promise<number[]>;
  close(): void;
}
