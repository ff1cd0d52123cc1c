import { readOpenErasures } from '../compliance/reports/log-facts.ts';
import { HybridRoutingError } from '../config/errors.ts';
import { auditedCaller, type Caller } from '../support/caller.ts';
import type { AdminResult } from './admin-result.ts';
import type { OperationContext } from './operation.ts';

interface Order {
  subject?: string | undefined;
  dryRun: boolean;
  caller: Caller;
}

/**
 * Erases a person (GDPR Art. 17): the entry with the person's pseudonym and key is deleted, so that what rows hold of them is
 * random ids and ciphertext that nobody can open. The rows stay as they are, and the log still verifies.
 */
export async function eraseSubject(
  context: OperationContext,
  { subject, dryRun, caller }: Order,
): Promise<AdminResult> {
  if (subject === undefined) {
    const remedy = 'Give the identifier that operations and consents named the person by.';
    throw new HybridRoutingError('invalid_input', 'subject: is missing', remedy);
  }
  const { state, audit, config } = context;
  const known = await state.subjects.find(subject);
  const records = known ? (await state.consents.of(known)).length : 0;
  if (!dryRun) {
    const who = { consents: records, caller: auditedCaller(caller) };
    // Before and after: a deletion that was cut short can be seen, and the next call completes it.
    if (known) await audit.append('ERASURE', { phase: 'requested', subject: known.id, ...who });
    await (known ? state.subjects.erase(known) : state.store.scrub());
    const cutShort = (await readOpenErasures(state.store)).map(({ subject: id }) => id);
    for (const id of new Set([...(known ? [known.id] : []), ...cutShort])) {
      const erased = id === known?.id || (await state.subjects.byId(id)) === null;
      if (erased) await audit.append('ERASURE', { phase: 'done', subject: id, ...who });
    }
  }
  // The surrogate tells two people apart for whoever confirms it, and names nobody.
  const entry = known ? `known (${known.id}), ${records} consent records` : 'not known';
  return {
    applied: !dryRun && known !== null,
    before: { subject: entry },
    after: { subject: known && !dryRun ? 'erased' : entry },
    effect: known
      ? {
          key: 'deleted: what is sealed under it can never be opened',
          audit: 'rows stay, with a random id and ciphertext',
          elsewhere: 'not reached: backups, exports, anchors, logs of the services that were called',
        }
      : { nothing: 'nobody is known by this identifier, or was erased before' },
    expiresAt: null,
    scope: context.scope(),
    next:
      known && dryRun
        ? [
            {
              tool: 'security_response',
              arguments: { action: 'erase_subject', subject },
              why: 'apply it; there is no undo',
            },
          ]
        : [
            {
              tool: 'compliance_report',
              arguments: { report: 'audit_verify' },
              why: 'see that the log is still whole',
            },
          ],
    simulated: config.simulate,
  };
}
