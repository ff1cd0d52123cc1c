import { EvidenceRange } from './evidence.ts';
import { type ResidencyKind, residencyOutcome } from './residency-outcome.ts';
import type { OperationBody } from './row-bodies.ts';
import { Tally } from './tally.ts';

/** Modes that leave what they find in the text. */
const leavesData = new Set(['off', 'detect']);

/** Personal data in the operations of a period: types and counts, no value was ever written. */
export class PersonalDataTotals {
  readonly types = new Tally();
  readonly evidence = new EvidenceRange();
  /** Operations that were looked at, and those of them with findings. */
  looked = 0;
  withFindings = 0;
  /** Operations that were let go without a look (mode off). */
  notLooked = 0;
  /** Values that were replaced or kept back, and those that were found and left (mode detect). */
  kept = 0;
  left = 0;
  readonly leftEvidence = new EvidenceRange();

  add(seq: number, { personalData }: OperationBody): void {
    if (!personalData) return;
    if (personalData.mode === 'off') {
      this.notLooked += 1;
      return;
    }
    this.looked += 1;
    this.evidence.add(seq);
    const counts = Object.entries(personalData.counts);
    if (counts.length === 0) return;
    this.withFindings += 1;
    for (const [type, count] of counts) this.types.add(type, count);
    const values = counts.reduce((sum, [, count]) => sum + count, 0);
    if (leavesData.has(personalData.mode)) {
      this.left += values;
      this.leftEvidence.add(seq);
    } else this.kept += values;
  }
}

/** Consent and residency in the operations of a period. */
export class GateTotals {
  /** Operations that named a person or a purpose. */
  asked = 0;
  readonly askedEvidence = new EvidenceRange();
  /** By kind of violation. */
  readonly consent = new Tally();
  readonly consentEvidence = new EvidenceRange();
  /** Violations that were only recorded: the operation went on. */
  wentOn = 0;
  readonly wentOnEvidence = new EvidenceRange();
  readonly residency = new Tally();
  readonly residencyEvidence = new EvidenceRange();
  /** Operations without a purpose. */
  withoutPurpose = 0;

  add(seq: number, body: OperationBody): void {
    const { consent, error } = body;
    if (consent) {
      this.asked += 1;
      this.askedEvidence.add(seq);
    }
    if ((consent?.purpose ?? null) === null) this.withoutPurpose += 1;
    const violation = consent?.violation ?? null;
    if (violation !== null) {
      this.consent.add(violation);
      this.consentEvidence.add(seq);
      if (error !== 'consent_violation') {
        this.wentOn += 1;
        this.wentOnEvidence.add(seq);
      }
    }
    const outcome = residencyOutcome(body);
    if (outcome === null) return;
    this.residency.add(outcome);
    this.residencyEvidence.add(seq);
  }

  /** Operations that went, or may have gone, to a place outside the rule. */
  get leftTheRule(): number {
    const went: ResidencyKind[] = ['residency_outside', 'residency_not_assessed', 'residency_possible'];
    return went.reduce((sum, kind) => sum + this.residency.of(kind), 0);
  }
}
