import type { Entry } from '../entry.ts';
import { dayMs } from '../period.ts';
import { residencyOutcome } from '../residency-outcome.ts';
import type { AccessBody, AuditedCaller, OperationBody } from '../row-bodies.ts';
import { otherNames } from '../tally.ts';
import { Burst } from './burst.ts';
import { Hours } from './hours.ts';
import { baselineHours, refusedWindowMs } from './thresholds.ts';

/** Clients name themselves: further ones count together. */
const mostCallers = 200;

/** How often something was seen, and since when. */
export class Sightings {
  n = 0;
  since = 0;

  add(at: number): void {
    this.since = this.n === 0 ? at : Math.min(this.since, at);
    this.n += 1;
  }
}

export interface CallerRefusals {
  caller: string;
  burst: Burst;
  /** Whether anything but bad input was refused. */
  denied: boolean;
}

/** What the rules look at, gathered from the rows of the last week. Give the entries oldest first. */
export class AlertSignals {
  readonly personalData: Hours;
  readonly consent: Hours;
  readonly residencyRefused = new Sightings();
  readonly residencyLeft = new Sightings();
  readonly secondStage = new Sightings();
  /** Operations and accesses. */
  rows = 0;
  /** Milliseconds since 1970; null without rows. */
  oldestAt: number | null = null;
  readonly #callers = new Map<string, CallerRefusals>();
  readonly #now: number;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
    this.personalData = new Hours(now, baselineHours + 1);
    this.consent = new Hours(now, baselineHours + 1);
  }

  add(entry: Entry): void {
    const { at } = entry;
    // Any row shows that the log was kept then.
    this.oldestAt = Math.min(this.oldestAt ?? at, at);
    if (entry.kind === 'OPERATION' || entry.kind === 'ACCESS') this.rows += 1;
    if (entry.kind === 'OPERATION') this.#operation(at, entry.body);
    if (entry.kind === 'ACCESS' && at > this.#now - dayMs) this.#access(at, entry.body);
  }

  /** By the size of their greatest burst. */
  callers(): CallerRefusals[] {
    return [...this.#callers.values()].sort((a, b) => b.burst.size - a.burst.size);
  }

  #operation(at: number, body: OperationBody): void {
    const values = Object.values(body.personalData?.counts ?? {}).reduce((sum, count) => sum + count, 0);
    if (values > 0) this.personalData.add(at, values);
    if ((body.consent?.violation ?? null) !== null) this.consent.add(at, 1);
    if (at <= this.#now - dayMs) return;
    const failed = body.error === 'personal_data_second_stage' || (body.personalData?.failedStages ?? 0) > 0;
    if (failed) this.secondStage.add(at);
    const outcome = residencyOutcome(body);
    if (outcome === 'residency_refused') this.residencyRefused.add(at);
    else if (outcome !== null) this.residencyLeft.add(at);
  }

  #access(at: number, { outcome, code, caller }: AccessBody): void {
    if (outcome !== 'refused') return;
    const name = caller ? callerName(caller) : 'without an identity';
    const key = this.#callers.has(name) || this.#callers.size < mostCallers ? name : otherNames;
    const known = this.#callers.get(key) ?? { caller: key, burst: new Burst(refusedWindowMs), denied: false };
    known.burst.add(at);
    if (code !== 'invalid_input') known.denied = true;
    this.#callers.set(key, known);
  }
}

/** Over HTTP whose token it is, and from where; elsewhere what the client calls itself. */
function callerName({ transport, client, principal, address }: NonNullable<AuditedCaller>): string {
  if (address !== null) return `${transport} ${principal ?? 'nobody'} from ${address}`;
  return `${transport} ${client ?? 'without a name'}`;
}
