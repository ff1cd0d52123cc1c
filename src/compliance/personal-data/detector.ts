import { setImmediate as nextTurn } from 'node:timers/promises';
import { HybridRoutingError } from '../../config/errors.ts';
import type { PersonalDataConfig } from '../../config/personal-data-schema.ts';
import type { Finding } from './finding.ts';
import type { Leaf } from './leaves.ts';
import { merge } from './merge.ts';
import { loadPhoneNumbers as load, type PhoneNumbers } from './phone-numbers.ts';
import { createRepeatFinder, type KnownValue, repeatable } from './repeats.ts';
import { createScanner, type Scanner } from './scanner.ts';
import type { SecondStage } from './second-stage.ts';

export interface DetectorParts {
  readonly config: PersonalDataConfig;
  readonly secondStages?: readonly SecondStage[];
  readonly loadPhoneNumbers?: () => Promise<PhoneNumbers>;
}

export interface Detected {
  /** For each leaf, in order: sorted, without overlaps. */
  readonly findings: readonly (readonly Finding[])[];
  readonly warnings: readonly string[];
}

/** UTF-16 code units of small texts scanned before the event loop gets its turn: about 0.5 ms. */
const turnSize = 16_384;
/** Requests of one operation to a second stage at the same time. */
const parallel = 4;

/** Own recognizers, then the second stages, then values that only context gave away wherever else they stand. */
export function createDetector(
  parts: DetectorParts,
): (leaves: readonly Leaf[], signal?: AbortSignal) => Promise<Detected> {
  const { config, secondStages = [], loadPhoneNumbers = load } = parts;
  const settings = { disabledTypes: config.disabledTypes, phoneRegion: config.phoneRegion };
  const disabled: ReadonlySet<string> = new Set<string>(config.disabledTypes);
  const plain = createScanner(settings);
  let withPhones: Promise<Scanner> | null = null;

  const scannerFor = (leaves: readonly Leaf[]): Scanner | Promise<Scanner> => {
    if (!leaves.some(({ text }) => /\d/.test(text))) return plain;
    withPhones ??= loadPhoneNumbers().then((phoneNumbers) => createScanner({ ...settings, phoneNumbers }));
    return withPhones;
  };

  return async (leaves, signal) => {
    const own = await scanAll(await scannerFor(leaves), leaves, config.minConfidence, signal);
    const warnings: string[] = [];
    for (const stage of secondStages) {
      await askAll(stage, leaves, own, {
        disabled,
        minConfidence: config.minConfidence,
        warnings,
        ...(signal ? { signal } : {}),
      });
    }
    const merged = own.map((found) => merge(found));
    return { findings: await withRepeats(leaves, merged), warnings };
  };
}

async function scanAll(
  scanner: Scanner,
  leaves: readonly Leaf[],
  minConfidence: number,
  signal?: AbortSignal,
): Promise<Finding[][]> {
  const found: Finding[][] = [];
  let since = 0;
  for (const { text, context } of leaves) {
    const options = context === undefined ? { minConfidence } : { minConfidence, context };
    found.push(text.length > turnSize ? await scanner.scanAsync(text, options) : scanner.scan(text, options));
    since += text.length + 16;
    if (since < turnSize) continue;
    since = 0;
    signal?.throwIfAborted();
    await nextTurn();
  }
  return found;
}

interface Asking {
  readonly disabled: ReadonlySet<string>;
  readonly minConfidence: number;
  readonly warnings: string[];
  readonly signal?: AbortSignal;
}

/** Adds a stage's findings to ours. Where it may fail, its first failure ends it for the operation, with a warning. */
async function askAll(stage: SecondStage, leaves: readonly Leaf[], found: Finding[][], asking: Asking): Promise<void> {
  const wanted = leaves
    .map((leaf, index) => ({ leaf, index }))
    .filter(({ leaf }) => !leaf.isNumber && leaf.text.trim() !== '');
  try {
    for (let from = 0; from < wanted.length; from += parallel) {
      await Promise.all(
        wanted.slice(from, from + parallel).map(async ({ leaf, index }) => {
          const findings = await stage.recognize(leaf.text, asking.signal);
          found[index]?.push(
            ...findings.filter(
              ({ type, confidence }) => confidence >= asking.minConfidence && !asking.disabled.has(type),
            ),
          );
        }),
      );
    }
  } catch (thrown) {
    asking.signal?.throwIfAborted();
    if (stage.onFailure === 'block' || !(thrown instanceof HybridRoutingError)) throw thrown;
    asking.warnings.push(thrown.message);
  }
}

async function withRepeats(leaves: readonly Leaf[], found: readonly Finding[][]): Promise<readonly Finding[][]> {
  const known: KnownValue[] = leaves.flatMap(({ text }, index) => repeatable(text, found[index] ?? []));
  const finder = createRepeatFinder(known);
  if (finder === null) return found;
  const result: Finding[][] = [];
  for (const [index, { text, isNumber }] of leaves.entries()) {
    const findings = found[index] ?? [];
    const repeats = isNumber ? [] : await finder(text);
    result.push(repeats.length === 0 ? findings : merge([...findings, ...repeats]));
  }
  return result;
}
