import type { LabelledLine, LabelledSpan } from './lines.ts';
import { negatives, positives } from './templates.ts';
import { createValues, seeded, type Values } from './values.ts';

export interface Samples {
  /** Sentences that hold personal data. */
  readonly positive: LabelledLine[];
  /** Sentences that look like it and hold none. */
  readonly negative: LabelledLine[];
}

/** `rounds` sentences from each template. The same seed gives the same sentences. */
export function makeSamples(seed: number, rounds: number): Samples {
  const values = createValues(seeded(seed));
  const from = (templates: string): LabelledLine[] =>
    templates
      .split('\n')
      .filter((line) => line.trim() !== '')
      .flatMap((template) => Array.from({ length: rounds }, () => fill(template.replaceAll('\\n', '\n'), values)));
  return { positive: from(positives), negative: from(negatives) };
}

function fill(template: string, values: Values): LabelledLine {
  const spans: LabelledSpan[] = [];
  let text = '';
  let last = 0;
  for (const match of template.matchAll(/\{([A-Z_]+)(?::([A-Z_]+))?\}/g)) {
    text += template.slice(last, match.index);
    const value = values.make(match[1] ?? '');
    if (match[2] !== undefined) spans.push({ type: match[2], start: text.length, end: text.length + value.length });
    text += value;
    last = match.index + match[0].length;
  }
  return { text: text + template.slice(last), spans };
}
