/** Check digits that several recognizers share. All take strings of ASCII digits unless they say otherwise. */

const zero = 0x30;
const digitAt = (digits: string, index: number): number => digits.charCodeAt(index) - zero;

/** ISO/IEC 7812 over the digits of text[start, end): every second from the right doubled, the sum of digits divisible by ten. */
export function luhn(text: string, start = 0, end = text.length): boolean {
  let sum = 0;
  let twice = false;
  for (let index = end - 1; index >= start; index -= 1) {
    const digit = digitAt(text, index);
    if (digit < 0 || digit > 9) continue;
    sum += twice ? digit * 2 - (digit > 4 ? 9 : 0) : digit;
    twice = !twice;
  }
  return sum % 10 === 0;
}

/** The sum of digit times weight, over as many digits as there are weights. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, index) => sum + weight * digitAt(digits, index), 0);
}

/** ISO 7064 MOD 11,10: the last digit checks the others. */
export function mod11Of10(digits: string): boolean {
  let product = 10;
  for (let index = 0; index < digits.length - 1; index += 1) {
    const sum = (digitAt(digits, index) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === digitAt(digits, digits.length - 1);
}

/** ICAO 9303: weights 7, 3, 1 over digits and letters (A is 10); the last character is the check digit. */
export function icao(value: string): boolean {
  const sum = [...value.slice(0, -1)].reduce(
    (total, char, index) => total + Number.parseInt(char, 36) * ([7, 3, 1][index % 3] ?? 1),
    0,
  );
  return sum % 10 === Number(value.at(-1));
}

/** Whether month and day exist in some year. */
export function isDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 ? 29 : [4, 6, 9, 11].includes(month) ? 30 : 31);
}
