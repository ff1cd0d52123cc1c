import { messageOf } from '../../config/errors.ts';
import type { GuardrailRecognizerConfig } from '../../config/personal-data-schema.ts';
import type { Finding } from './finding.ts';
import { type SecondStage, secondStageError, typeNameOf } from './second-stage.ts';

const name = 'guardrail';
/** A guardrail gives no score; it is a model's judgement. */
const confidence = 0.9;

/** What a guardrail's sensitive information policy found: the matches of its ApplyGuardrail assessment. */
export interface GuardrailAnswer {
  readonly action: string;
  readonly piiEntities: readonly { readonly type: string; readonly match: string }[];
  readonly regexes: readonly { readonly name: string; readonly match: string }[];
}

/** Calls ApplyGuardrail for the configured guardrail; rejects when it fails or `signal` is aborted. */
export type ApplyGuardrail = (text: string, signal: AbortSignal) => Promise<GuardrailAnswer>;

export interface GuardrailRecognizerParts {
  readonly config: Pick<GuardrailRecognizerConfig, 'timeoutMs' | 'onFailure'>;
  readonly applyGuardrail: ApplyGuardrail;
}

/** A guardrail as recognizer: it answers with matched texts, which are looked up in what it was asked. */
export function createGuardrailRecognizer({ config, applyGuardrail }: GuardrailRecognizerParts): SecondStage {
  return {
    name,
    onFailure: config.onFailure,
    recognize: async (text, signal) => {
      const timeout = AbortSignal.timeout(config.timeoutMs);
      const answer = await applyGuardrail(text, signal ? AbortSignal.any([signal, timeout]) : timeout).catch(
        (thrown: unknown) => {
          signal?.throwIfAborted();
          const what = timeout.aborted ? `did not answer in ${config.timeoutMs} ms` : `failed: ${messageOf(thrown)}`;
          throw secondStageError(name, what, thrown);
        },
      );
      return [
        ...answer.piiEntities.flatMap(({ type, match }) => place(text, typeNameOf(type), match)),
        ...answer.regexes.flatMap((regex) => place(text, typeNameOf(regex.name), regex.match)),
      ];
    },
  };
}

/** Every occurrence of the match. One that is nowhere would be left in the clear, so it is an error. */
function place(text: string, type: string, match: string): Finding[] {
  const findings: Finding[] = [];
  if (match === '') return findings;
  for (let start = text.indexOf(match); start >= 0; start = text.indexOf(match, start + match.length)) {
    findings.push({ type, start, end: start + match.length, confidence });
  }
  if (findings.length === 0) throw secondStageError(name, `found a ${type} that is not in the text it was asked about`);
  return findings;
}
