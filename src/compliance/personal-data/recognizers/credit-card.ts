import { beginsAlone, isDigitAt, standsAlone } from '../characters.ts';
import type { Recognizer } from '../recognizer.ts';
import { luhn } from './checksums.ts';

/** Issuer ranges (ISO/IEC 7812) with the lengths that they give out, and how much the pair says by itself. */
const issuers: readonly { form: RegExp; bare: number }[] = [
  { form: /^4\d{15}$/, bare: 0.8 }, // Visa
  { form: /^4\d{18}$/, bare: 0.4 }, // Visa of 19 digits
  { form: /^4\d{12}$/, bare: 0.45 }, // old Visa; also every tenth German bar code (EAN-13)
  { form: /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, bare: 0.8 }, // Mastercard
  { form: /^3[47]\d{13}$/, bare: 0.8 }, // American Express
  { form: /^3(?:0[0-59]|[689]\d)\d{11}$/, bare: 0.65 }, // Diners Club
  { form: /^(?:6011|64[4-9]\d|65\d\d)\d{12}$/, bare: 0.8 }, // Discover
  { form: /^35(?:2[89]|[3-8]\d)\d{12}$/, bare: 0.75 }, // JCB
  { form: /^(?:2131|1800)\d{11}$/, bare: 0.4 }, // old JCB
  { form: /^62\d{14,17}$/, bare: 0.65 }, // UnionPay
  { form: /^220[0-4]\d{12}$/, bare: 0.7 }, // Mir
  { form: /^(?:50|5[6-9]|6\d)\d{14}$/, bare: 0.65 }, // Maestro, Dankort
  { form: /^(?:50|5[6-9]|6\d)\d{10,17}$/, bare: 0.4 }, // Maestro of other lengths
  { form: /^1\d{14}$/, bare: 0.4 }, // UATP
];
const grouped = /\d{4}([ -])(?:\d{4}\1\d{4}\1\d{1,4}(?:\1\d{1,3})?|\d{6}\1\d{4,5})(?!\d)/y;

/** Payment card numbers: an issuer's range and length, and the Luhn digit. */
export const creditCard: Recognizer = {
  types: ['CREDIT_CARD', 'ACCOUNT_NUMBER'],
  cues: {
    card:
      'card cards credit debit visa mastercard maestro amex discover diners jcb kreditkarte kreditkartennummer ' +
      'karte kartennummer carte carta tarjeta tarjetas bancaire crédito credito kaart creditcard cc cardnumber cartão',
  },
  numbers: [
    { from: 12, to: 19 },
    { from: 4, to: 4, followedBy: ' -' },
  ],
  atToken: (scan, start, end) => {
    const { text } = scan;
    const close = endOfGroups(text, start, end);
    if (close < 0 || !standsAlone(text, start, close)) return;
    const cued = scan.cued('card', start, 60);
    const checked = luhn(text, start, close);
    if (!checked && !cued) return;
    const digits = text.slice(start, close).replace(/\D/g, '');
    const issuer = checked ? issuers.find(({ form }) => form.test(digits)) : undefined;
    if (issuer !== undefined) {
      const bare = scan.whole(start, close) ? Math.max(0.6, issuer.bare) : issuer.bare;
      scan.emit('CREDIT_CARD', start, close, cued ? 0.98 : bare);
    } else if (cued && digits.length >= 12) scan.emit(checked ? 'CREDIT_CARD' : 'ACCOUNT_NUMBER', start, close, 0.6);
  },
};

/** The end of 12 to 19 digits in one piece or in groups of four (or 4-6-5, 4-6-4); -1 when there are none. */
function endOfGroups(text: string, start: number, end: number): number {
  if (end - start >= 12) return end;
  if (end - start !== 4 || !beginsAlone(text, start) || !isDigitAt(text, end + 1)) return -1;
  grouped.lastIndex = start;
  return grouped.test(text) ? grouped.lastIndex : -1;
}
