/** Longest type name in a token; a longer one of a second stage is cut. */
const longestType = 40;

const name = `([A-Za-z](?:[A-Za-z\\d]|\\\\?_(?=[A-Za-z\\d])){0,${longestType}}?)\\\\?[_ ]`;
const body = `\\s{0,2}${name}(\\d{1,7})\\s{0,2}`;
/** Tokens as models write them back: any case, spaces inside, and escaped for HTML, JSON or Markdown. */
const forms = [`<${body}>`, `\\\\<${body}\\\\>`, `&lt;${body}&gt;`, `\\\\u003[cC]${body}\\\\u003[eE]`];
const anyForm = new RegExp(forms.join('|'), 'g');

/** The rest of a token that a text may break off in: each form cut at any place. */
const openName = '\\s{0,2}(?:[A-Za-z][A-Za-z\\d_\\\\ ]{0,52})?';
const cutForms = [
  `<${openName}`,
  `\\\\(?:<${openName})?`,
  `&(?:l(?:t(?:;${openName}(?:&(?:g(?:t)?)?)?)?)?)?`,
  `\\\\(?:u(?:0(?:0(?:3(?:[cC]${openName})?)?)?)?)?`,
];
const cutForm = new RegExp(`(?:${cutForms.join('|')})$`);
/** Longest token in any form, in UTF-16 code units. */
const longestToken = 96;

/** `EMAIL_1`, whatever way it was written. */
function keyOf(groups: readonly (string | undefined)[]): string {
  const [type, number] = groups.filter((group) => group !== undefined);
  return `${(type ?? '').replaceAll('\\', '').toUpperCase()}_${Number(number)}`;
}

/** Replaces each token in the text by what `find` gives for its key; null leaves it as it stands. */
export function replaceTokens(text: string, find: (key: string) => string | null): string {
  if (!/[<&\\]/.test(text)) return text;
  return text.replace(anyForm, (whole: string, ...rest: unknown[]) => {
    const groups = rest.slice(0, forms.length * 2).map((group) => (typeof group === 'string' ? group : undefined));
    return find(keyOf(groups)) ?? whole;
  });
}

/** Where a token may have begun that the text does not end; the length of the text when none has. */
export function cutTokenStart(text: string): number {
  const from = Math.max(0, text.length - longestToken);
  const index = text.slice(from).search(cutForm);
  return index < 0 ? text.length : from + index;
}

/** The tokens of one operation: one for each value, and the way back. Dropped with the operation. */
export class TokenMap {
  readonly #tokens = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #counts = new Map<string, number>();

  /** Numbers that a text of the operation already uses are never given out. */
  reserve(text: string): void {
    replaceTokens(text, (key) => {
      this.#taken.add(key);
      return null;
    });
  }

  get size(): number {
    return this.#values.size;
  }

  /** `<EMAIL_1>`: the same for the same value, whatever type it was found as the second time. */
  tokenFor(type: string, value: string): string {
    const known = this.#tokens.get(value);
    if (known !== undefined) return known;
    const label = type.slice(0, longestType);
    let number = this.#counts.get(label) ?? 0;
    do number += 1;
    while (this.#taken.has(`${label}_${number}`));
    this.#counts.set(label, number);
    this.#values.set(`${label}_${number}`, value);
    this.#tokens.set(value, `<${label}_${number}>`);
    return `<${label}_${number}>`;
  }

  /** The value of `EMAIL_1`; null when the operation has no such token. */
  valueOf(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
}
