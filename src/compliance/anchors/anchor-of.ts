import type { AnchorConfig } from '../../config/anchor-schema.ts';
import type { Anchor } from './anchor.ts';
import { fileAnchor } from './file-anchor.ts';
import { s3Anchor } from './s3-anchor.ts';

/** The anchor that is configured; null where none is. Touches neither disk nor network: its first call does. */
export function anchorOf({ file, s3 }: AnchorConfig, now: () => number): Anchor | null {
  if (file !== undefined) return fileAnchor({ folder: file });
  return s3 === undefined ? null : s3Anchor({ config: s3, now });
}
