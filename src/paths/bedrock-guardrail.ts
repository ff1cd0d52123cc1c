import type { ApplyGuardrailCommandOutput } from '@aws-sdk/client-bedrock-runtime';
import PQueue from 'p-queue';
import pRetry from 'p-retry';
import type { BedrockConnection } from './bedrock-connection.ts';
import { guardrailError, unreadableGuardrail } from './bedrock-guardrail-errors.ts';
import { guardrailParts } from './bedrock-guardrail-parts.ts';
import { PathError, traits } from './path-error.ts';

export interface PiiEntity {
  /** The service's word for the kind, such as EMAIL or NAME. */
  type: string;
  /** The text as it stands in the input. */
  match: string;
}

export interface RegexMatch {
  /** The name that the guardrail gives its expression; the expression itself where it has none. */
  name: string;
  match: string;
}

export interface GuardrailFindings {
  /** `GUARDRAIL_INTERVENED` where any policy of the guardrail did, personal data or not. */
  action: 'NONE' | 'GUARDRAIL_INTERVENED';
  /**
   * Each kind and text once, in the order of the text; also what the guardrail is set to detect only. Of a long text, what
   * a cut went through may stand here whole and as a piece.
   */
  piiEntities: readonly PiiEntity[];
  regexes: readonly RegexMatch[];
}

export interface GuardrailQuestion {
  open: () => Promise<BedrockConnection>;
  /** Identifier or ARN; a number or DRAFT. */
  guardrail: { id: string; version: string };
  text: string;
  /** Whether the text comes from the user (INPUT) or from a model (OUTPUT). */
  source: 'INPUT' | 'OUTPUT';
  signal: AbortSignal;
  /** Time to wait after a throttled part of a long text, in ms. Default 1,000: the quota is text units a second. */
  throttlePauseMs?: number;
}

/** Parts of a long text that are asked at the same time: four are half of the usual 200 text units a second. */
const concurrency = 4;
const nothing: GuardrailFindings = { action: 'NONE', piiEntities: [], regexes: [] };

/**
 * Asks a Bedrock guardrail what it finds in a text of any length, without calling a model. A long text goes in parts that
 * overlap, and a part that is throttled is asked again, for its rate is our own doing; a short one is asked once.
 * @throws PathError, classified; the signal's reason where the signal ends it. Never findings of a part of the text.
 */
export async function applyGuardrail(question: GuardrailQuestion): Promise<GuardrailFindings> {
  const { text, signal, throttlePauseMs = 1_000 } = question;
  signal.throwIfAborted();
  if (text.trim() === '') return nothing; // which the service would refuse
  const parts = guardrailParts(text);
  if (parts.length === 1) return ask(question, text, signal);

  const failed = new AbortController();
  const ends = AbortSignal.any([signal, failed.signal]);
  const queue = new PQueue({ concurrency });
  const retries = { retries: traits.throttled.retries, factor: 1, minTimeout: throttlePauseMs, signal: ends };
  const shouldRetry = ({ error }: { error: Error }) => error instanceof PathError && error.errorClass === 'throttled';
  try {
    return merged(
      await queue.addAll(
        parts.map((part) => () => pRetry(() => ask(question, part, ends), { ...retries, shouldRetry })),
      ),
    );
  } catch (thrown) {
    queue.clear();
    failed.abort();
    throw signal.aborted ? signal.reason : thrown;
  }
}

async function ask(
  { open, guardrail, source }: GuardrailQuestion,
  text: string,
  signal: AbortSignal,
): Promise<GuardrailFindings> {
  try {
    const { client, ApplyGuardrailCommand } = await open();
    signal.throwIfAborted();
    const command = new ApplyGuardrailCommand({
      guardrailIdentifier: guardrail.id,
      guardrailVersion: guardrail.version,
      source,
      content: [{ text: { text } }],
    });
    return readFindings(await client.send(command, { abortSignal: signal }));
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw guardrailError(thrown);
  }
}

function readFindings({ action, assessments }: ApplyGuardrailCommandOutput): GuardrailFindings {
  if (action !== 'NONE' && action !== 'GUARDRAIL_INTERVENED') throw unreadableGuardrail('the answer has no action');
  if (!assessments) throw unreadableGuardrail('the answer has no assessments');
  const policies = assessments.map(({ sensitiveInformationPolicy }) => sensitiveInformationPolicy);
  const found = <Filter extends { detected?: boolean | undefined }>(filters: Filter[] | undefined) =>
    (filters ?? []).filter(({ detected }) => detected !== false);
  return merged([
    {
      action,
      piiEntities: policies.flatMap((policy) => found(policy?.piiEntities)).map(piiEntity),
      regexes: policies.flatMap((policy) => found(policy?.regexes)).map(regexMatch),
    },
  ]);
}

// A finding without its text cannot be acted on, and passing over it would let the data through.
function piiEntity({ type, match }: { type: string | undefined; match: string | undefined }): PiiEntity {
  if (!type || !match) throw unreadableGuardrail('a finding has no type or no match');
  return { type, match };
}

function regexMatch(filter: { name?: string | undefined; regex?: string | undefined; match?: string | undefined }) {
  const name = filter.name ?? filter.regex;
  if (!name || !filter.match) throw unreadableGuardrail('a finding has no name or no match');
  return { name, match: filter.match };
}

function merged(findings: readonly GuardrailFindings[]): GuardrailFindings {
  const intervened = findings.some(({ action }) => action === 'GUARDRAIL_INTERVENED');
  return {
    action: intervened ? 'GUARDRAIL_INTERVENED' : 'NONE',
    piiEntities: distinct(findings.flatMap(({ piiEntities }) => piiEntities)),
    regexes: distinct(findings.flatMap(({ regexes }) => regexes)),
  };
}

function distinct<Finding>(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
