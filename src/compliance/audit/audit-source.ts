import type { Store } from '../../store/store.ts';
import { keptCheckpoints } from './audit-checkpoints.ts';
import { pagesOf, readHead } from './audit-rows.ts';
import type { AuditSource } from './export-write.ts';

const leavesPerPage = 10_000;

/** The log as it is now, to be exported: what is added meanwhile belongs to the next export. @throws StoreError */
export async function auditSource(store: Store): Promise<AuditSource> {
  const { size, note } = await store.run(readHead);
  return {
    size: async () => size,
    head: async () => (note === '' ? null : note),
    checkpoints: () => notesUpTo(store, size),
    pages: (from, to) => pagesOf(store, from, to),
    leaves: (from, to) => leavesOf(store, from, to),
  };
}

async function* notesUpTo(store: Store, size: number): AsyncGenerator<string> {
  for await (const checkpoint of keptCheckpoints(store)) {
    if (checkpoint.size > size) return;
    yield checkpoint.note;
  }
}

async function* leavesOf(store: Store, from: number, to: number): AsyncGenerator<string[]> {
  let after = from - 1;
  for (;;) {
    const page = await store.run((db) =>
      db
        .selectFrom('audit_log')
        .select(['seq', 'leaf'])
        .where('seq', '>', after)
        .where('seq', '<=', to)
        .orderBy('seq')
        .limit(leavesPerPage)
        .execute(),
    );
    const last = page.at(-1);
    if (!last) return;
    yield page.map(({ leaf }) => leaf);
    after = last.seq;
  }
}
