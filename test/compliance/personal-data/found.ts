import { loadPhoneNumbers } from '../../../src/compliance/personal-data/phone-numbers.ts';
import { createScanner, type ScanOptions } from '../../../src/compliance/personal-data/scanner.ts';

/** The scanner that most tests share: the built-in recognizers with their defaults. */
export const scanner = createScanner({ phoneNumbers: await loadPhoneNumbers() });

/** What the scanner finds, as `TYPE value`. */
export function found(text: string, options?: ScanOptions): string[] {
  return scanner.scan(text, options).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
}
