import type { Recognizer, Scan } from '../recognizer.ts';

const months =
  'jan(?:uary|uar|vier|\\.)?|jänner|feb(?:ruary|ruar|\\.)?|février|mar(?:ch|s|zo|\\.)?|märz|mrz\\.?|apr(?:il|ile|\\.)?|avril|abril|' +
  'ma[iy]|mayo|maggio|maio|juni?e?|juin|junio|giugno|junho|jul[iy]?|juillet|julio|luglio|julho|aug(?:ust|\\.)?|août|agosto|' +
  'sep(?:t|tember|tembre|tiembre|\\.)?|settembre|setembro|o[ck]t(?:ober|obre|ubre|\\.)?|ottobre|outubro|nov(?:ember|embre|iembre|\\.)?|' +
  'de[cz](?:ember|embre|\\.)?|décembre|diciembre|dicembre|dezembro|enero|gennaio|janeiro|febrero|febbraio|fevereiro|março';
const date = new RegExp(
  [
    '\\d{1,2}[./-] ?\\d{1,2}[./-] ?(?:\\d{4}|\\d{2})(?!\\d)',
    '\\d{4}[./-]\\d{1,2}[./-]\\d{1,2}(?!\\d)',
    `\\d{1,2}(?:\\.|st|nd|rd|th|er|º)?[ -](?:of |de )?(?:${months})[ ,-]{1,2}(?:de |del )?\\d{4}(?!\\d)`,
    `(?:${months})[ -]\\d{1,2}(?:st|nd|rd|th)?,?[ -]\\d{4}(?!\\d)`,
    `(?:${months})[ /-]'?(?:\\d{4}|\\d{2})(?!\\d)`,
  ].join('|'),
  'iu',
);
/** "am 14.07.1992 geboren": German puts the verb last. */
const dateBefore = /\d{1,2}\. ?(?:\d{1,2}\.|\p{L}{3,9}) ?(?:\d{4}|\d{2})(?= (?:in [\p{L} .-]{2,30} )?$)/u;
/** Code units between the cue and the date: "was born in Frankfurt am Main on". */
const reach = 48;

/** A date behind "born", "geb.", "DOB" and the like. A year alone, or a date without such a word, is left. */
export const dateOfBirth: Recognizer = {
  types: ['DATE_OF_BIRTH'],
  words:
    'born dob birth birthday birthdate geb geboren geborene geborener geburtsdatum geburtstag birthdays né née naissance ' +
    "nacido nacida nació nacimiento naissance naquit nato nata nascita nascido nascida nascimento geboortedatum dateofbirth bday d'naissance bod",
  atWord: (scan, start, end, word) => {
    const near = scan.text.slice(end, end + reach + 24);
    if (word.startsWith('geb')) verbLast(scan, start);
    const match = hasYear(near) ? date.exec(near) : null;
    if (match === null || match.index > reach || /\d/.test(near.charAt(match.index - 1))) return;
    if (/[.!?]\s+\p{Lu}|\n\s*\n/u.test(near.slice(word === 'geb' ? 2 : 0, match.index))) return;
    scan.emit('DATE_OF_BIRTH', end + match.index, end + match.index + match[0].length, 0.85);
  },
};

/** Two digits in a row: no date is without. */
function hasYear(text: string): boolean {
  let before = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const digit = code >= 0x30 && code <= 0x39;
    if (digit && before) return true;
    before = digit;
  }
  return false;
}

function verbLast(scan: Scan, start: number): void {
  const from = Math.max(0, start - 56);
  const match = dateBefore.exec(scan.text.slice(from, start));
  if (match !== null) scan.emit('DATE_OF_BIRTH', from + match.index, from + match.index + match[0].length, 0.8);
}
