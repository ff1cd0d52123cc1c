import type { GuardrailCall } from './guardrail-request.ts';
import { jsonReply, type Reply, SIMULATED } from './reply.ts';

/** Characters of a text unit, by which guardrails are billed. */
const TEXT_UNIT = 1_000;

// Lengths are bounded (RFC 5321: 64 before the @, 255 after it), so that no text makes the search quadratic.
const EMAIL = String.raw`(?<EMAIL>[\p{L}\d._%+-]{1,64}@[\p{L}\d.-]{1,255}\.\p{L}{2,24})`;
const NAME = String.raw`(?<=\b(?:Herrn?|Frau|Mrs?\.?|Ms\.?) )(?<NAME>\p{Lu}[\p{L}'’-]{1,64}(?: \p{Lu}[\p{L}'’-]{1,64})?)`;
const PERSONAL = new RegExp(`${EMAIL}|${NAME}`, 'gu');

interface PiiEntity {
  match: string;
  type: string;
  action: 'ANONYMIZED';
  detected: true;
}

/** What a guardrail with one policy answers: e-mail addresses, and names after Herr, Frau, Mr, Mrs or Ms, are anonymized. */
export function guardrailReply(call: GuardrailCall, latencyMs: number): Reply {
  const piiEntities: PiiEntity[] = [];
  const outputs = call.texts.map((text) => ({ text: anonymized(text, piiEntities) }));
  if (piiEntities.length === 0) return answer(call, latencyMs, { action: 'NONE', outputs: [], policies: {} });
  return answer(call, latencyMs, {
    action: 'GUARDRAIL_INTERVENED',
    actionReason: 'Guardrail masked. (simulated)',
    outputs,
    policies: { sensitiveInformationPolicy: { piiEntities, regexes: [] } },
  });
}

/** What a guardrail answers whose denied topic the text is about. */
export function blockedReply(call: GuardrailCall, latencyMs: number): Reply {
  const topic = { name: 'simulated', type: 'DENY', action: 'BLOCKED', detected: true };
  return answer(call, latencyMs, {
    action: 'GUARDRAIL_INTERVENED',
    actionReason: 'Guardrail blocked. (simulated)',
    outputs: [{ text: 'Simulated guardrail: this request was blocked.' }],
    policies: { topicPolicy: { topics: [topic] } },
  });
}

function anonymized(text: string, found: PiiEntity[]): string {
  let output = '';
  let end = 0;
  for (const match of text.matchAll(PERSONAL)) {
    const type = match.groups?.EMAIL === undefined ? 'NAME' : 'EMAIL';
    found.push({ match: match[0], type, action: 'ANONYMIZED', detected: true });
    output += `${text.slice(end, match.index)}{${type}}`;
    end = match.index + match[0].length;
  }
  return output + text.slice(end);
}

interface Verdict {
  action: 'NONE' | 'GUARDRAIL_INTERVENED';
  actionReason?: string;
  outputs: { text: string }[];
  policies: Record<string, unknown>;
}

function answer(call: GuardrailCall, latencyMs: number, { policies, ...verdict }: Verdict): Reply {
  const characters = call.texts.reduce((sum, { length }) => sum + length, 0);
  const usage = {
    topicPolicyUnits: 0,
    contentPolicyUnits: 0,
    wordPolicyUnits: 0,
    sensitiveInformationPolicyUnits: Math.ceil(characters / TEXT_UNIT),
    sensitiveInformationPolicyFreeUnits: 0,
    contextualGroundingPolicyUnits: 0,
  };
  const guardrailCoverage = { textCharacters: { guarded: characters, total: characters } };
  const invocationMetrics = { guardrailProcessingLatency: Math.round(latencyMs), usage, guardrailCoverage };
  const { guardrailId, guardrailVersion } = call;
  const appliedGuardrailDetails = { guardrailId, guardrailVersion, guardrailOrigin: ['REQUEST'] };
  const assessments = [{ ...policies, invocationMetrics, appliedGuardrailDetails }];
  return jsonReply(200, { usage, ...verdict, assessments, guardrailCoverage, ...SIMULATED });
}
