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
        this.#operation(seq, entry.body);
        break;
      case 'ACCESS':
        this.#access(seq, entry.body);
        break;
      case 'ERASURE':
        if (entry.body.phase === 'done') this.erased.add(seq);
        break;
      case 'OVERRIDE':
        this.#change(seq, `route override ${entry.body.route}`);
        break;
      case 'MODE':
        this.#change(seq, `${entry.body.mode} mode ${entry.body.active === null ? 'off' : 'on'}`);
        break;
      case 'CONFIGURATION':
        this.#change(seq, `setting ${entry.body.setting}`);
        break;
      case 'CONSENT':
        this.#change(seq, `consent ${entry.body.decision}`);
        break;
      case 'REPORT':
        this.reports.add(entry.body.report);
        break;
      case 'RETENTION':
        this.#change(seq, 'retention run');
        break;
      case 'pruned':
        this.pruned += 1;
        break;
      case 'unreadable':
        this.unreadable += 1;
        break;
      case 'other':
        break;
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
