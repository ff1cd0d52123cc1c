/**
 * Longest text of one call, in UTF-16 units: 25 text units of 1,000 characters. Above that the service answers 429 in regions
 * with the default quota (AWS blog "Use the ApplyGuardrail API with long-context inputs"; github.com/BerriAI/litellm/issues/19501).
 */
export const partLength = 25_000;

/** How much of a part the next one repeats, so that what the cut goes through is whole in one of them: longer than any name. */
export const overlap = 256;

/** How far back from the limit a cut looks for white space. */
const wordSearch = 128;

/**
 * Cuts a text into parts of at most `partLength`, each beginning within the one before it. Cuts fall on white space where
 * there is some, and never within a surrogate pair.
 */
export function guardrailParts(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > partLength) {
    const end = cutBefore(text, start + partLength);
    parts.push(text.slice(start, end));
    start = cutBefore(text, end - overlap);
  }
  parts.push(text.slice(start));
  return parts;
}

function cutBefore(text: string, limit: number): number {
  for (let at = limit; at > limit - wordSearch; at -= 1) {
    if (/\s/.test(text.charAt(at - 1))) return at;
  }
  return isLowSurrogate(text.charCodeAt(limit)) ? limit - 1 : limit;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
