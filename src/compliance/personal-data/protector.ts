import { HybridRoutingError } from '../../config/errors.ts';
import type { OperationClass } from '../../config/operation-types.ts';
import type { PersonalDataConfig, PersonalDataMode } from '../../config/personal-data-schema.ts';
import { createDetector } from './detector.ts';
import type { Finding } from './finding.ts';
import { type Leaf, leavesOf, rebuild } from './leaves.ts';
import type { PhoneNumbers } from './phone-numbers.ts';
import { detectorVersion } from './registry.ts';
import { createRestorer, type Restorer } from './restorer.ts';
import type { SecondStage } from './second-stage.ts';
import { TokenMap } from './tokens.ts';

export interface ProtectorParts {
  readonly config: PersonalDataConfig;
  /** Asked about every text after our own recognizers. None by default. */
  readonly secondStages?: readonly SecondStage[];
  /** `loadPhoneNumbers` by default; called once, when the first text with digits comes. */
  readonly loadPhoneNumbers?: () => Promise<PhoneNumbers>;
}

export interface ProtectRequest {
  readonly operationClass: OperationClass;
  /** Prompt, system prompt, messages: whatever is plain text. */
  readonly texts: readonly string[];
  /** JSON that goes along: context, tool arguments. */
  readonly data?: unknown;
  readonly signal?: AbortSignal;
}

export interface Protection {
  readonly mode: PersonalDataMode;
  /** The texts in their order, with personal data replaced as the mode says. */
  readonly texts: readonly string[];
  readonly data: unknown;
  /** How many findings of each type; never a value. Empty when nothing was found, which does not say that there is none. */
  readonly counts: Readonly<Record<string, number>>;
  /** Puts the values back in the answer. It holds them in memory: drop it with the operation. */
  readonly restorer: Restorer;
  /** What a second stage that may fail could not do, without any text. */
  readonly warnings: readonly string[];
  readonly detectorVersion: string;
}

/** Mode `block` and something was found. `counts` says what, never a value. */
export class PersonalDataBlockedError extends HybridRoutingError {
  readonly counts: Readonly<Record<string, number>>;

  constructor(counts: Readonly<Record<string, number>>) {
    const found = Object.entries(counts).map(([type, count]) => `${count} ${type}`);
    super(
      'personal_data_blocked',
      `The operation holds personal data (${found.join(', ')}) and its class may send none.`,
      'Remove it and call again, or set personalData.modes for the class to tokenize or redact.',
    );
    this.counts = counts;
  }
}

export interface PersonalDataProtector {
  /** Replaces personal data in everything that one operation sends. The input is not changed. */
  protect(request: ProtectRequest): Promise<Protection>;
}

export function createPersonalDataProtector(parts: ProtectorParts): PersonalDataProtector {
  const detect = createDetector(parts);
  return {
    protect: async ({ operationClass, texts, data, signal }) => {
      const mode = parts.config.modes[operationClass];
      const tokens = new TokenMap();
      const restorer = createRestorer(tokens);
      if (mode === 'off') return { mode, texts, data, counts: {}, restorer, warnings: [], detectorVersion };
      const leaves: Leaf[] = [...texts.map((text) => ({ text })), ...leavesOf(data)];
      const { findings, warnings } = await detect(leaves, signal);
      const counts = countTypes(findings);
      if (mode === 'block' && Object.keys(counts).length > 0) throw new PersonalDataBlockedError(counts);
      const done = { mode, counts, restorer, warnings, detectorVersion };
      if (mode === 'detect' || mode === 'block' || Object.keys(counts).length === 0) return { ...done, texts, data };
      if (mode === 'tokenize') for (const { text } of leaves) tokens.reserve(text);
      const replaced = leaves.map(({ text }, index) =>
        replace(text, findings[index] ?? [], (type, value) =>
          mode === 'redact' ? `[${type}]` : tokens.tokenFor(type, value),
        ),
      );
      return {
        ...done,
        texts: replaced.slice(0, texts.length),
        data: rebuild(data, replaced.slice(texts.length).values()),
      };
    },
  };
}

function countTypes(findings: readonly (readonly Finding[])[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of findings.flat()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** The text with each finding replaced. Findings are sorted and do not overlap. */
function replace(
  text: string,
  findings: readonly Finding[],
  replacement: (type: string, value: string) => string,
): string {
  if (findings.length === 0) return text;
  let result = '';
  let last = 0;
  for (const { type, start, end } of findings) {
    result += text.slice(last, start) + replacement(type, text.slice(start, end));
    last = end;
  }
  return result + text.slice(last);
}
