import type { Db, Trx } from './store.ts';

/** A value of the state table by its place; null where it was removed. */
export interface StateRow {
  kind: string;
  name: string;
  value: string | null;
  expiresAt: number | null;
}

/** A change of this process that is not in the store yet. */
export interface StateChange extends StateRow {
  /** When it was made, in ms since 1970. */
  setAt: number;
  /** The store did not take it at once: whatever was set there since then is newer. */
  late: boolean;
}

/** The rows after a revision, by revision; all of them where the store has not come so far. */
export async function changedSince(db: Db, revision: number) {
  const { value: newest } = await db
    .selectFrom('counters')
    .select('value')
    .where('name', '=', 'state')
    .executeTakeFirstOrThrow();
  const rows = await db
    .selectFrom('state')
    .select(['kind', 'name', 'value', 'revision', 'expires_at as expiresAt'])
    .where('revision', '>', newest < revision ? -1 : revision)
    .orderBy('revision')
    .execute();
  return { newest, rows };
}

/** @returns the revision it has become; null where it came late, and another process has set a newer one */
export async function writeChange(
  transaction: Trx,
  { kind, name, value, expiresAt, setAt, late }: StateChange,
): Promise<number | null> {
  if (late) {
    const place = transaction
      .selectFrom('state')
      .select('updated_at')
      .where('kind', '=', kind)
      .where('name', '=', name);
    const stored = await place.executeTakeFirst();
    if (stored && stored.updated_at > setAt) return null;
  }
  const { value: revision } = await transaction
    .updateTable('counters')
    .set((update) => ({ value: update('value', '+', 1) }))
    .where('name', '=', 'state')
    .returning('value')
    .executeTakeFirstOrThrow();
  const columns = { value, revision, updated_at: setAt, expires_at: expiresAt };
  await transaction
    .insertInto('state')
    .values({ kind, name, ...columns })
    .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(columns))
    .execute();
  return revision;
}

/** Whether a row is in force, and beyond a time. @param now milliseconds since 1970 */
export function endsLater(
  { value, expiresAt }: Pick<StateRow, 'value' | 'expiresAt'>,
  than: number,
  now: number,
): boolean {
  if (value === null) return false;
  return expiresAt === null || (expiresAt > now && expiresAt > than);
}

/** @returns the revision it has become; null where what is stored ends later */
export async function writeUnlessLater(
  transaction: Trx,
  change: StateChange & { expiresAt: number },
): Promise<number | null> {
  const stored = await transaction
    .selectFrom('state')
    .select(['value', 'expires_at as expiresAt'])
    .where('kind', '=', change.kind)
    .where('name', '=', change.name)
    .executeTakeFirst();
  return stored && endsLater(stored, change.expiresAt, change.setAt) ? null : writeChange(transaction, change);
}
