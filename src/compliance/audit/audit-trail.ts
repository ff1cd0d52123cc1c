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
    const outside = (anchored?.notes ?? []).map(sized);
    const misplaced: AuditBreak[] = [];
    const kept = inPlace(keptCheckpoints(store, checkpoints), (found) => misplaced.push(found));
    const verification = await verifyRows({
      pages: pagesOf(store, 1, of),
      checkpoints: merged(kept, [...outside, ...(seen === '' ? [] : [sized(seen)])]),
      head: head.note === '' ? null : head.note,
      trustedKeys,
      origin,
      onProgress: onProgress && ((rows) => onProgress(rows, of)),
      signal,
    });
    const anchor = anchored && { name: anchored.name, checkpoints: anchored.notes.length, problem: anchored.problem };
    const attestedTo = Math.max(checkpoints, ...outside.map(({ size }) => size));
    const more = [
      ...headBreaks(verification, head),
      ...misplaced,
      ...(await this.#emptied(verification, attestedTo, of)),
    ];
    return { ...withBreaks(verification, more), of, anchor };
  }

  /** The head that this process has seen itself attests rows as they are, but not that retention has emptied them. */
  async #emptied({ breaks }: AuditVerification, after: number, to: number): Promise<AuditBreak[]> {
    if (breaks.some(({ kind }) => kind === 'pruned_unattested')) return [];
    const row = await this.#dependencies.store.run((db) =>
      db
        .selectFrom('audit_log')
        .select((select) => select.fn.min('seq').as('seq'))
        .where('content', 'is', null)
        .where('seq', '>', after)
        .where('seq', '<=', to)
        .executeTakeFirst(),
    );
    const seq = row?.seq ?? null;
    if (seq === null) return [];
    const message = `row ${seq} has no content, and no kept checkpoint attests it: retention prunes only what one covers`;
    return [{ seq, kind: 'pruned_unattested', message, from: seq }];
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
    : {
        size: 0,
        leaf: '',
        frontier: '',
        note: '',
        rows: Number.MAX_SAFE_INTEGER,
        checkpoints: Number.MAX_SAFE_INTEGER,
      };
}

/** What is wrong with the head's columns: its note is signed, and verified with the rows; they are not. */
function headBreaks({ breaks, rows }: AuditVerification, head: HeadRow): AuditBreak[] {
  const problem = headProblem(head, null);
  if (problem === null || breaks.some(({ kind }) => kind.startsWith('head_'))) return [];
  const message = `the head of the log was altered: ${problem}; no row is added to it until it is restored`;
  return [{ seq: head.size, kind: 'head_invalid', message, from: rows + 1 }];
}

function withBreaks(verification: AuditVerification, more: readonly AuditBreak[]): AuditVerification {
  if (more.length === 0) return verification;
  const breaks = [...verification.breaks, ...more].toSorted((a, b) => a.seq - b.seq).slice(0, keptBreaks);
  const verifiedTo = Math.min(verification.verifiedTo, ...more.map(({ from }) => from - 1));
  const breakCount = verification.breakCount + more.length;
  return { ...verification, ok: false, verifiedTo, breaks, breakCount, firstBreak: breaks[0] ?? null };
}

/** The checkpoints, and a break for each whose note is of another size than its place says: another one was put there. */
async function* inPlace(
  kept: AsyncIterable<KeptCheckpoint>,
  onBreak: (found: AuditBreak) => void,
): AsyncGenerator<KeptCheckpoint> {
  for await (const checkpoint of kept) {
    const { size } = sized(checkpoint.note);
    if (size === checkpoint.size || size === 0) {
      yield checkpoint;
      continue;
    }
    const message = `in the place of the checkpoint of size ${checkpoint.size} stands one of size ${size}`;
    onBreak({ seq: checkpoint.size, kind: 'checkpoint_invalid', message, from: checkpoint.size });
  }
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
