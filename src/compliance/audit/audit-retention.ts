import type { Store } from '../../store/store.ts';

const rowsPerUpdate = 5_000;

interface Pruning {
  store: Store;
  /** Rows older than this lose their content, in ms since 1970. */
  before: number;
}

/**
 * Takes the content out of old rows; their hashes stay, so that the log still verifies. Only rows that a signed checkpoint
 * covers: from then on it alone attests them.
 * @returns the rows that were pruned
 */
export async function pruneContent({ store, before }: Pruning): Promise<{ pruned: number; to: number }> {
  const covered = await store.run((db) =>
    db
      .selectFrom('audit_checkpoints')
      .select((select) => select.fn.max('size').as('size'))
      .executeTakeFirst(),
  );
  const last = Number(covered?.size ?? 0);
  let pruned = 0;
  let to = 0;
  for (;;) {
    const rows = await store.run((db) =>
      db
        .selectFrom('audit_log')
        .select('seq')
        .where('at', '<', before)
        .where('content', 'is not', null)
        .where('seq', '<=', last)
        .orderBy('seq')
        .limit(rowsPerUpdate)
        .execute(),
    );
    const [first] = rows;
    const end = rows.at(-1);
    if (!first || !end) return { pruned, to };
    await store.run((db) =>
      db
        .updateTable('audit_log')
        .set({ content: null })
        .where('seq', '>=', first.seq)
        .where('seq', '<=', end.seq)
        .where('at', '<', before)
        .execute(),
    );
    pruned += rows.length;
    to = end.seq;
  }
}
