import { messageOf } from '../../config/errors.ts';
import type { Db, Store } from '../../store/store.ts';
import type { Anchor } from '../anchors/anchor.ts';
import { type KeptCheckpoint, keptCheckpoints, sized } from './audit-checkpoints.ts';
import { type HeadRow, headProblem } from './audit-head.ts';
import { pagesOf } from './audit-rows.ts';
import { type AuditBreak, keptBreaks } from './breaks.ts';
import { type TrustedKey, trustedKey } from './note-keys.ts';
import type { AuditVerification } from './row-verifier.ts';
import type { NoteSigner } from './signed-note.ts';
import { verifyRows } from './verify-rows.ts';

interface Dependencies {
  store: Store;
  signer: () => Promise<NoteSigner>;
  /** Public keys of outside signers, such as KMS. */
  outsideKeys: () => Promise<readonly TrustedKey[]>;
  anchor: Anchor | null;
  origin: string;
  /** The newest signed head that this process has seen; empty before it has written. */
  lastNote: () => string;
}

export interface VerifyOptions {
  onProgress?: ((rows: number, of: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface TrailVerification extends AuditVerification {
  /** Rows of the log when the verification began. */
  of: number;
  anchor: { name: string; checkpoints: number; problem: string | null } | null;
}

const anchorMs = 10_000;

/** The whole audit log, to be verified and exported: read in pages, however long it is. */
export class AuditTrail {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** The keys whose signatures count. @throws StoreError */
  async trustedKeys(): Promise<TrustedKey[]> {
    const { signer, outsideKeys } = this.#dependencies;
    const { name, publicKey } = await signer();
    return [trustedKey(name, publicKey), ...(await outsideKeys())];
  }

  /** Verifies rows, chain, tree, checkpoints, anchors and head. @throws StoreError, or the signal's reason */
  async verify({ onProgress, signal }: VerifyOptions = {}): Promise<TrailVerification> {
    const { store, origin, lastNote } = this.#dependencies;
    const trustedKeys = await this.trustedKeys();
    // First: what other processes commit from here on is no missing tail.
    const seen = lastNote();
    const anchored = await this.#anchored(signal);
    const { rows: of, checkpoints, ...head } = await store.run(readExtent);
    const extra = [...(anchored?.notes ?? []), ...(seen === '' ? [] : [seen])];
    const verification = await verifyRows({
      pages: pagesOf(store, 1, of),
      checkpoints: merged(keptCheckpoints(store, checkpoints), extra.map(sized)),
      head: head.note === '' ? null : head.note,
      trustedKeys,
      origin,
      onProgress: onProgress && ((rows) => onProgress(rows, of)),
      signal,
    });
    const anchor = anchored && { name: anchored.name, checkpoints: anchored.notes.length, problem: anchored.problem };
    return { ...withHead(verification, head), of, anchor };
  }

  /** What lies outside: the newest checkpoint covers all before it. */
  async #anchored(signal: AbortSignal | undefined) {
    const { anchor } = this.#dependencies;
    if (!anchor) return null;
    const { name } = anchor;
    const limit = AbortSignal.timeout(anchorMs);
    try {
      const latest = await anchor.latest(signal ? AbortSignal.any([signal, limit]) : limit);
      return { name, notes: latest ? [latest.note] : [], problem: null };
    } catch (thrown) {
      signal?.throwIfAborted();
      // What cannot be reached attests nothing, and says nothing against the log.
      return { name, notes: [], problem: messageOf(thrown) };
    }
  }
}

/** Head, rows and checkpoints as of one moment. */
async function readExtent(db: Db) {
  const row = await db
    .selectFrom('audit_head')
    .select(['size', 'leaf', 'frontier', 'note'])
    .select(({ selectFrom }) => [
      // Rows that stand after the signed head were added without the key, and must be seen.
      selectFrom('audit_log')
        .select((select) => select.fn.max('seq').as('rows'))
        .as('rows'),
      selectFrom('audit_checkpoints')
        .select((select) => select.fn.max('size').as('checkpoints'))
        .as('checkpoints'),
    ])
    .where('id', '=', 1)
    .executeTakeFirst();
  // A log whose head was removed has rows all the same.
  return row
    ? { ...row, rows: row.rows ?? 0, checkpoints: row.checkpoints ?? 0 }
    : { size: 0, leaf: '', frontier: '', note: '', rows: Number.MAX_SAFE_INTEGER, checkpoints: Number.MAX_SAFE_INTEGER };
}

/** With what is wrong with the head's columns: its note is signed, and verified with the rows; they are not. */
function withHead(verification: AuditVerification, head: HeadRow): AuditVerification {
  const problem = headProblem(head, null);
  if (problem === null || verification.breaks.some(({ kind }) => kind.startsWith('head_'))) return verification;
  const seq = head.size;
  const message = `the head of the log was altered: ${problem}; no row is added to it until it is restored`;
  const found: AuditBreak = { seq, kind: 'head_invalid', message, from: verification.rows + 1 };
  const breaks = [...verification.breaks, found].slice(0, keptBreaks);
  const { breakCount, firstBreak } = verification;
  return { ...verification, ok: false, breaks, breakCount: breakCount + 1, firstBreak: firstBreak ?? found };
}

/** Both by size: the store's pages, and a few from elsewhere. */
async function* merged(kept: AsyncIterable<KeptCheckpoint>, extra: KeptCheckpoint[]): AsyncGenerator<string> {
  const waiting = extra.toSorted((a, b) => a.size - b.size);
  for await (const { size, note } of kept) {
    while (waiting[0] && waiting[0].size <= size) yield waiting.shift()?.note ?? '';
    yield note;
  }
  for (const { note } of waiting) yield note;
}
