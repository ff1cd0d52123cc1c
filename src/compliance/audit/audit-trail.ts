import { messageOf } from '../../config/errors.ts';
import type { Store } from '../../store/store.ts';
import type { Anchor } from '../anchors/anchor.ts';
import { type KeptCheckpoint, keptCheckpoints } from './audit-checkpoints.ts';
import { pagesOf, readHead } from './audit-rows.ts';
import { openCheckpoint } from './checkpoint.ts';
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
    // First, and again after the head is read: what another process commits in between is no missing tail.
    const seen = lastNote();
    const { note, of } = await store.transaction(async (transaction) => {
      const last = await transaction
        .selectFrom('audit_log')
        .select((select) => select.fn.max('seq').as('seq'))
        .executeTakeFirst();
      // Rows that stand after the signed head were added without the key, and must be seen.
      return { note: (await readHead(transaction)).note, of: Number(last?.seq ?? 0) };
    });
    const anchored = await this.#anchored(signal);
    const extra = [...(anchored?.notes ?? []), ...(seen === '' ? [] : [seen])];
    const verification = await verifyRows({
      pages: pagesOf(store, 1, of),
      checkpoints: merged(keptCheckpoints(store), extra.map(sized)),
      head: note === '' ? null : note,
      trustedKeys,
      origin,
      onProgress: onProgress && ((rows) => onProgress(rows, of)),
      signal,
    });
    const anchor = anchored && { name: anchored.name, checkpoints: anchored.notes.length, problem: anchored.problem };
    return { ...verification, of, anchor };
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

/** A note that cannot be read stands first, where the verifier reports it. */
function sized(note: string): KeptCheckpoint {
  return { size: openCheckpoint(note, []).checkpoint?.size ?? 0, note };
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
