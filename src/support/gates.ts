import type { ConsentRecords } from '../compliance/consent/consent-records.ts';
import { type ConsentEvaluation, evaluateConsent } from '../compliance/consent/evaluate.ts';
import { ConsentError, consentGate, consentQuestion } from '../compliance/consent/gate.ts';
import { residencyGate } from '../compliance/residency/gate.ts';
import type { ResidencyTargets } from '../compliance/residency/targets.ts';
import type { DataSubject, SubjectRegistry } from '../compliance/subjects/subject-registry.ts';
import { HybridRoutingError, messageOf } from '../config/errors.ts';
import { classOf, type PathName, pathNames } from '../config/operation-types.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { OperationRequest } from './operation.ts';

interface Dependencies {
  config: Pick<Config, 'consent' | 'residency'>;
  consents: Pick<ConsentRecords, 'of'>;
  subjects: Pick<SubjectRegistry, 'enter'>;
  targets: Pick<ResidencyTargets, 'of'>;
  logger: Logger;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

/** What the gates found, for the audit row: no identifier, only the subject's random id and ciphertext. */
export interface GateFacts {
  /** Null where the operation names nobody, or the store could not tell who it is. */
  subject: { id: string; sealed: string } | null;
  consent: { purpose: string | null; violation: string | null } | null;
  /** Models and upstreams that break the residency rule, with what is known of them. */
  residency: { path: PathName; target: string; status: string; destinations: readonly string[] }[];
}

export interface Gated {
  /** Why the operation must not go on, where it must not. */
  refusal: HybridRoutingError | null;
  facts: GateFacts;
  /** Paths that this operation's data may not go to. */
  refused: readonly PathName[];
  /** Upstreams that may be asked. */
  upstreams: readonly string[];
}

/** Consent and residency, held against an operation before anything leaves the process. */
export class Gates {
  readonly #dependencies: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** Fails closed: what cannot be looked up is a violation. Never throws. */
  async check(request: OperationRequest): Promise<Gated> {
    const facts: GateFacts = { subject: null, consent: null, residency: [] };
    const residency = this.#residency(request, facts);
    const refusal = (await this.#consent(request, facts)) ?? residency.error;
    const { allowed, paths } = residency;
    const upstreams = allowed.filter(({ path }) => path === 'mcp').map(({ target }) => target);
    // A path without a target is one that is not configured: that is told as such, and not as a refusal.
    const refused = pathNames.filter(
      (path) => !paths.includes(path) && facts.residency.some((row) => row.path === path),
    );
    this.#log(request, facts, refusal);
    return { refusal, facts, refused, upstreams };
  }

  #residency({ operation }: OperationRequest, facts: GateFacts) {
    const { config, targets } = this.#dependencies;
    const decision = residencyGate(config.residency, targets.of(operation, classOf(operation)));
    facts.residency = decision.violations.map(({ path, target, verdict: { status, destinations } }) => {
      return { path, target, status, destinations };
    });
    return decision;
  }

  async #consent(request: OperationRequest, facts: GateFacts): Promise<HybridRoutingError | null> {
    const { config } = this.#dependencies;
    const asked = { type: request.operation, subject: request.subject, purpose: request.purpose };
    try {
      const question = consentQuestion(config.consent, asked);
      const evaluation = question && (await this.#evaluated(question, facts));
      const { allow, violation } = consentGate(config.consent, asked, evaluation);
      const named = request.purpose !== undefined || violation !== null;
      facts.consent = named ? { purpose: request.purpose ?? null, violation: violation?.kind ?? null } : null;
      return violation && !allow ? new ConsentError(violation) : null;
    } catch (thrown) {
      if (thrown instanceof HybridRoutingError) return thrown;
      throw thrown;
    }
  }

  /** Null where the records could not be read: the gate takes that as a violation. */
  async #evaluated({ subject, purpose }: { subject: string; purpose: string }, facts: GateFacts) {
    const { consents, subjects, wallClock, logger } = this.#dependencies;
    try {
      const known: DataSubject = await subjects.enter(subject);
      facts.subject = { id: known.id, sealed: known.seal(subject) };
      const evaluation: ConsentEvaluation = evaluateConsent(await consents.of(known), purpose, wallClock());
      return evaluation;
    } catch (thrown) {
      const fields = { component: 'bedrock-support', event: 'ERROR', cause: messageOf(thrown) } as const;
      logger.error(fields, 'ERROR consent records cannot be read');
      return null;
    }
  }

  #log({ operation }: OperationRequest, { consent, residency }: GateFacts, refusal: HybridRoutingError | null): void {
    const violation = consent?.violation ?? null;
    if (violation === null && residency.length === 0) return;
    const fields = { component: 'bedrock-support', operation, consent: violation, refused: refusal?.code ?? null };
    const targets = residency.map(({ path, target, status }) => ({ path, target, status }));
    if (violation !== null || refusal) {
      this.#dependencies.logger.warn({ ...fields, event: 'SECURITY', residency: targets }, 'SECURITY gate');
    } else this.#dependencies.logger.debug({ ...fields, residency: targets }, 'residency violations, logged only');
  }
}
