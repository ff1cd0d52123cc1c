import type { StateScope } from '../../store/shared-state.ts';
import { StoreError } from '../../store/store-error.ts';
import type { ConfirmationKeys } from './confirmation-keys.ts';
import { invalidQuestion, invalidToken, unavailable } from './failures.ts';
import { type Confirmed, questionSeconds, tokenSeconds, type Write } from './plan.ts';
import type { PlanBook } from './plan-book.ts';
import { newPlanId, shownPlanId } from './plan-id.ts';
import { type ConfirmationKey, checkToken, digestOf, type Holder, makeToken, parseToken } from './token.ts';
import { openPlan, usePlan } from './waiting-plans.ts';

export interface ConfirmationParts {
  keys: ConfirmationKeys;
  /** What is kept under each key. */
  books: Readonly<Record<Holder, PlanBook>>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** What an agent gets to hand back. */
export interface Offer {
  /** `P-XXXX-XXXX`. */
  planId: string;
  token: string;
  /** When the token ends, in ms since 1970. */
  expiresAt: number;
  /** Where it can be approved and handed back: at every process on this state, or, while the store is away, at this one alone. */
  scope: StateScope;
  /** What a person has to do first; null where the token is enough. `before` is in ms since 1970. */
  approval: { status: 'open' | 'approved'; before: number } | null;
}

const scopes: Record<Holder, StateScope> = { shared: 'shared', process: 'this_process' };

/** The agent's side: plans, the tokens that come back, and questions to the person at the client. */
export class Confirmations {
  readonly #parts: ConfirmationParts;

  constructor(parts: ConfirmationParts) {
    this.#parts = parts;
  }

  /**
   * A token for this very call. Where the write lowers a protection it waits for a person; the same call asked again while it
   * waits gets the same plan.
   * @throws HybridRoutingError plan_rejected, too_many_plans
   */
  async offer(write: Write): Promise<Offer> {
    const key = await this.#parts.keys.current();
    if (write.protection !== 'lowers') return this.#tokenOffer(write, key);
    try {
      return await this.#planOffer(write, key);
    } catch (thrown) {
      if (key.holder === 'process' || !(thrown instanceof StoreError && thrown.away)) throw thrown;
      return this.#planOffer(write, this.#parts.keys.process);
    }
  }

  /**
   * Takes a token back, once.
   * @throws HybridRoutingError confirmation_invalid, confirmation_unavailable; for what needs a person approval_pending,
   *   plan_rejected, plan_expired, plan_used
   */
  async redeem(write: Write, token: string): Promise<Confirmed> {
    const purpose = write.protection === 'lowers' ? 'approved' : 'confirm';
    const parsed = parseToken(token);
    if (parsed?.purpose !== purpose) throw invalidToken('foreign');
    const why = await this.#check(write, token, parsed.holder);
    if (why) throw invalidToken(why);
    const { id, holder, expiresAt } = parsed;
    if (purpose === 'approved') {
      const order = { id, by: write.principal, now: this.#parts.wallClock() };
      return reached(() => this.#parts.books[holder].change((entries) => usePlan(entries, order)));
    }
    if (!(await this.#spend(holder, id, expiresAt))) throw invalidToken('used');
    return { how: 'token', planId: shownPlanId(id) };
  }

  /** The `requestState` that goes with a question to the person: an answer counts only together with it. */
  async question(write: Write): Promise<string> {
    const key = await this.#parts.keys.current();
    const expiresAt = this.#parts.wallClock() + questionSeconds * 1_000;
    return makeToken(key, { id: newPlanId(), purpose: 'question', expiresAt }, write);
  }

  /**
   * Takes the state of a question back, once, whatever the answer is.
   * @throws HybridRoutingError confirmation_invalid, confirmation_unavailable
   */
  async takeAnswer(write: Write, state: string): Promise<void> {
    const parsed = parseToken(state);
    if (parsed?.purpose !== 'question') throw invalidQuestion('foreign');
    const why = await this.#check(write, state, parsed.holder);
    if (why) throw invalidQuestion(why);
    if (!(await this.#spend(parsed.holder, parsed.id, parsed.expiresAt))) throw invalidQuestion('used');
  }

  #tokenOffer(write: Write, key: ConfirmationKey): Offer {
    const id = newPlanId();
    const expiresAt = this.#parts.wallClock() + tokenSeconds * 1_000;
    const token = makeToken(key, { id, purpose: 'confirm', expiresAt }, write);
    return { planId: shownPlanId(id), token, expiresAt, scope: scopes[key.holder], approval: null };
  }

  async #planOffer(write: Write, key: ConfirmationKey): Promise<Offer> {
    const now = this.#parts.wallClock();
    const order = { write, digest: digestOf(key, write), now };
    const { id, plan, status } = await this.#parts.books[key.holder].change((entries) => openPlan(entries, order));
    const { expiresAt, approveBefore } = plan;
    const token = makeToken(key, { id, purpose: 'approved', expiresAt }, write);
    const approval = { status, before: approveBefore };
    return { planId: shownPlanId(id), token, expiresAt, scope: scopes[key.holder], approval };
  }

  /** Why a token is none for this write; null where it is one. */
  async #check(write: Write, token: string, holder: Holder) {
    const key = await this.#parts.keys.of(holder);
    if (!key) throw unavailable('its key cannot be read');
    const check = checkToken(key, token, write, this.#parts.wallClock());
    return check.valid ? null : check.why;
  }

  async #spend(holder: Holder, id: string, expiresAt: number): Promise<boolean> {
    return reached(() => this.#parts.books[holder].change((entries) => entries.spend(id, expiresAt)));
  }
}

async function reached<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    if (thrown instanceof StoreError) throw unavailable(thrown);
    throw thrown;
  }
}
