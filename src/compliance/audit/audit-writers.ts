import { rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { AuditConfig } from '../../config/audit-schema.ts';
import { messageOf } from '../../config/errors.ts';
import type { Engine } from '../../store/engine.ts';
import type { Store, Trx } from '../../store/store.ts';
import type { HeadTrust } from './audit-head.ts';
import { appendDrafts, auditLock } from './audit-rows.ts';
import type { AuditSpool } from './audit-spool.ts';
import { readSpool, type SpoolFile } from './audit-spool-file.ts';
import type { NoteSigner } from './signed-note.ts';

interface Dependencies {
  store: Store;
  spool: AuditSpool;
  signer: () => Promise<NoteSigner>;
  config: Pick<AuditConfig, 'origin'>;
  writer: string;
  /** Milliseconds since 1970. */
  wallClock: () => number;
  onFault: (what: string) => void;
}

/** How often a process says that it lives, and looks after what dead ones have left, in ms. */
const beatMs = 30_000;
/** A process of another machine that has said nothing for so long is taken to have ended, in ms. */
const silentMs = 600_000;

/** The processes that write the log: this one says that it lives, and brings in what ended ones left in their spools. */
export class AuditWriters {
  readonly #dependencies: Dependencies;
  readonly #trust: HeadTrust = { note: '' };
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | null = null;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  start(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), beatMs).unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
    await this.#say(this.#dependencies.wallClock()).catch((thrown: unknown) => this.#fault(thrown));
  }

  /** One round. Never throws: what does not work now is done by the next one. */
  async look(): Promise<void> {
    this.#looking ??= this.#round()
      .catch((thrown: unknown) => this.#fault(thrown))
      .finally(() => {
        this.#looking = null;
      });
    return this.#looking;
  }

  async #round(): Promise<void> {
    await this.#say(null);
    const orphans = await this.#dependencies.spool.orphans((spool) => this.#isAlive(spool));
    for (const orphan of orphans) {
      try {
        await this.#bringIn(orphan);
      } catch (thrown) {
        this.#fault(thrown); // the others need not wait for it
      }
    }
  }

  async #say(closedAt: number | null): Promise<void> {
    const { store, writer, wallClock } = this.#dependencies;
    const now = wallClock();
    const seen = { seen_at: now, closed_at: closedAt };
    const row = { id: writer, host: hostname(), pid: process.pid, started_at: now, ...seen };
    await store.run((db) =>
      db
        .insertInto('writers')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(seen))
        .execute(),
    );
  }

  /** A process of another machine, by what it last said of itself. */
  async #isAlive({ writer }: SpoolFile): Promise<boolean> {
    const { store, wallClock } = this.#dependencies;
    const row = await store.run((db) =>
      db.selectFrom('writers').select(['seen_at', 'closed_at']).where('id', '=', writer).executeTakeFirst(),
    );
    return row !== undefined && row.closed_at === null && row.seen_at > wallClock() - silentMs;
  }

  /** What is not brought in now stays under this process's name, and is by the next round, or the next process. */
  async #bringIn(orphan: SpoolFile): Promise<void> {
    const { spool, store, signer, config, wallClock, onFault } = this.#dependencies;
    if (this.#stopped) return;
    const adopted = await spool.adopt(orphan);
    if (!adopted) return;
    let damaged = 0;
    for await (const page of readSpool(adopted.file)) {
      if (this.#stopped) return;
      damaged += page.damaged;
      if (page.drafts.length === 0) continue;
      const signing = {
        signer: await signer(),
        trust: this.#trust,
        origin: config.origin,
        now: Math.round(wallClock()),
      };
      const write = (transaction: Trx, engine: Pick<Engine, 'elementsOf'>) =>
        appendDrafts(transaction, engine, page.drafts, signing);
      await store.transaction(write, { lock: auditLock });
    }
    if (damaged === 0) return rm(adopted.file, { force: true });
    const kept = `${adopted.file}.damaged`;
    await rename(adopted.file, kept);
    onFault(`${damaged} lines of a spool file are no rows; the others are stored, the file is kept as ${kept}`);
  }

  #fault(thrown: unknown): void {
    this.#dependencies.onFault(messageOf(thrown));
  }
}
