import { GateTotals, PersonalDataTotals } from './data-totals.ts';
import type { Entry } from './entry.ts';
import { EvidenceRange } from './evidence.ts';
import { OperationTotals } from './operation-totals.ts';
import { ProcessingRecords } from './processing-records.ts';
import type { AccessBody, OperationBody } from './row-bodies.ts';
import { Tally } from './tally.ts';

/** What the rows of a period say, counted at a steady memory. Give the entries oldest first. */
export class Activity {
  readonly rows = new EvidenceRange();
  readonly operations = new OperationTotals();
  readonly personalData = new PersonalDataTotals();
  readonly gates = new GateTotals();
  readonly processing = new ProcessingRecords();
  /** Accesses by outcome; refused ones by code. */
  readonly access = new Tally();
  readonly refusals = new Tally();
  readonly refusedEvidence = new EvidenceRange();
  /** Overrides, modes, settings and consents that were changed. */
  readonly changes = new Tally();
  readonly changesEvidence = new EvidenceRange();
  readonly reports = new Tally();
  readonly erased = new EvidenceRange();
  pruned = 0;
  unreadable = 0;

  add(entry: Entry): void {
    const { seq } = entry;
    this.rows.add(seq);
    switch (entry.kind) {
      case 'OPERATION':
        return this.#operation(seq, entry.body);
      case 'ACCESS':
        return this.#access(seq, entry.body);
      case 'ERASURE':
        if (entry.body.phase === 'done') this.erased.add(seq);
        return;
      case 'OVERRIDE':
        return this.#change(seq, `route override ${entry.body.route}`);
      case 'MODE':
        return this.#change(seq, `${entry.body.mode} mode ${entry.body.active === null ? 'off' : 'on'}`);
      case 'CONFIGURATION':
        return this.#change(seq, `setting ${entry.body.setting}`);
      case 'CONSENT':
        return this.#change(seq, `consent ${entry.body.decision}`);
      case 'REPORT':
        return this.reports.add(entry.body.report);
      case 'RETENTION':
        return this.#change(seq, 'retention run');
      case 'pruned':
        this.pruned += 1;
        return;
      case 'unreadable':
        this.unreadable += 1;
        return;
      case 'other':
        return;
    }
  }

  #operation(seq: number, body: OperationBody): void {
    if (body.probe) this.operations.probes += 1;
    else if (body.dryRun) this.operations.dryRuns += 1;
    else {
      this.operations.add(seq, body);
      this.personalData.add(seq, body);
      this.gates.add(seq, body);
      this.processing.add(seq, body);
    }
  }

  #access(seq: number, { outcome, code }: AccessBody): void {
    this.access.add(outcome);
    if (outcome !== 'refused') return;
    this.refusals.add(code ?? 'unknown');
    this.refusedEvidence.add(seq);
  }

  #change(seq: number, what: string): void {
    this.changes.add(what);
    this.changesEvidence.add(seq);
  }
}
