import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import type { Recognizer } from '../recognizer.ts';

interface Label {
  readonly type: PersonalDataType;
  /** Names that stand for the number itself: "Kundennummer 4711-08". */
  readonly strong: string;
  /** Names of what the number belongs to: they need "number", "ID", `:` or the like behind them. */
  readonly weak: string;
}

/** Names of numbers that have no form of their own. Order, invoice and ticket numbers are left out on purpose. */
const labels: readonly Label[] = [
  {
    type: 'PASSPORT',
    strong: 'passnummer reisepassnummer passportnumber reisepassnr passnr',
    weak: 'passport reisepass pass passeport pasaporte passaporto paspoort passaporte',
  },
  {
    type: 'DRIVER_LICENSE',
    strong: 'führerscheinnummer driverslicense driverlicense führerscheinnr dl',
    weak: 'licence license führerschein fahrerlaubnis permis conducir patente rijbewijs',
  },
  {
    type: 'ID_NUMBER',
    strong:
      'personalausweisnummer ausweisnummer personalnummer mitarbeiternummer kundennummer kundennr versichertennummer ' +
      'versicherungsnummer mitgliedsnummer matrikelnummer patientennummer patientenid mrn dni nie cni customerid employeeid patientid ' +
      'memberid versicherungsscheinnummer policennummer vertragsnummer kundenid personalnr mitgliedsnr vorgangsnummer aktenzeichen idcard',
    weak:
      'personalausweis ausweis identity identification identité identidad identità employee customer client member membership policy patient ' +
      'medical student insurance beneficiary carte documento national mitarbeiter mitarbeiterin kunde kundin mitglied badge personal card',
  },
  {
    type: 'ACCOUNT_NUMBER',
    strong: 'kontonummer depotnummer accountnumber kontonr blz bankleitzahl routing',
    weak: 'account konto kto depot compte cuenta conto rekening conta sort',
  },
  { type: 'TAX_ID', strong: 'steuernummer steuernr tin taxid itin ein taxnumber', weak: 'tax fiscal fiscale' },
  { type: 'VAT_ID', strong: 'ustid ustidnr', weak: 'ust vat uid tva iva mwst btw' },
  { type: 'US_SSN', strong: 'ssn socialnumber', weak: 'social' },
];
/** "card" is an identity card only behind these. */
const identityBefore = /(?:id|identity|identification|identitäts)[ -]$/i;

const typeByWord = new Map<string, { type: PersonalDataType; isStrong: boolean }>();
for (const { type, strong, weak } of labels) {
  for (const word of strong.split(' ')) typeByWord.set(word, { type, isStrong: true });
  for (const word of weak.split(' ')) typeByWord.set(word, { type, isStrong: false });
}

/** Numbers of any form behind what they are called: "passport number X1234567", "Kundennr.: KD-4711-08". */
export const labelledIds: Recognizer = {
  types: labels.map(({ type }) => type),
  words: [...typeByWord.keys()].join(' '),
  atWord: (scan, start, end, word) => {
    const label = typeByWord.get(word);
    if (label === undefined) return;
    if (word === 'card' && !identityBefore.test(scan.text.slice(Math.max(0, start - 16), start))) return;
    const value = readValue(scan.text.slice(end, end + 112), label.isStrong);
    if (value !== null) scan.emit(label.type, end + value.start, end + value.end, 0.6);
  },
};

const kinds =
  "card|driver|driving|driver['’]s|security|identity|identification|license|licence|insurance|record|plate|numbers?|no|nr|n[°º]|num[ée]ros?|número|nummer|" +
  'identifier|id|ids|code|ref|is|ist|lautet|est|es|è|with|the|mit|der|die|of|has|have|de|du|la|sociale?|nacional|conduire|identité|identidad|identità';
const lead = new RegExp(
  `^(?:['’]?s)?(?:-(?=\\p{L}{2,6}(?![\\p{L}]))|[ "'.*_)]{0,4})((?:(?:${kinds})(?![\\p{L}]|-\\S*\\d)[."'*_]{0,3} ?){0,6})([:=#]{0,2}[*_"' ]{0,4}[:=#]?) ?["'(#]{0,2}`,
  'iu',
);
const said = /(?:n[uú]m\p{L}*|nr|no|n[°º]|nummer|id|code|record|identifier|is|ist|lautet|est|es|è)(?![\p{L}])/iu;
const value = /^[A-Z\d]{1,20}(?:[-./][A-Z\d]{1,14}| (?=[A-Z]{0,3}\d)[A-Z\d]{1,12}){0,6}(?![\p{L}\d_])/iu;
/** Eight digits and more, or as many letters and digits: behind "account" or "license" nothing else looks so. */
const unmistakable = /^(?:\d{8,20}|(?=(?:[A-Z]*\d){5})[A-Z\d]{8,20})$/;
/** A digit right behind a weak label: nothing between them says that it is its number. */
const digitNext = /^ \d/;
const bareValue = /^ ([A-Z\d-]{8,40})(?![\p{L}\d_])/iu;
const date = /^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$|^\d{4}-\d\d-\d\d|^(?:19|20)\d\d$/;

/** What stands behind the label when it holds four digits or more and is no date. */
function readValue(text: string, isStrong: boolean): { start: number; end: number } | null {
  if (!isStrong && digitNext.test(text)) {
    const bare = bareValue.exec(text)?.[1];
    const isBare = bare !== undefined && unmistakable.test(bare.replaceAll('-', '')) && !date.test(bare);
    return isBare ? { start: 1, end: 1 + bare.length } : null;
  }
  const match = lead.exec(text);
  if (match === null || match[0] === '') return null;
  const found = value.exec(text.slice(match[0].length))?.[0];
  const isSaid = isStrong || said.test(match[1] ?? '') || /[:=#]/.test(match[2] ?? '');
  if (
    found === undefined ||
    !(isSaid || unmistakable.test(found.replaceAll('-', ''))) ||
    found.replace(/\D/g, '').length < 4 ||
    date.test(found)
  )
    return null;
  return { start: match[0].length, end: match[0].length + found.length };
}

const usernameForm =
  /^(?:[- ]?(?:name|id|handle))?["'*_]{0,3}(?:(?: (?:is|ist|lautet|est|es))|\s?[:=]|>)[\s*_]{0,3}["'@]?([\p{L}\d][\p{L}\d._-]{2,38}[\p{L}\d_])(?=["'\s.,;!?)<&]|$)/iu;
/** Words that name a login and nothing else: behind them and `:` also a plain word is one. */
const exactLogin =
  /^(?:usernames?|userid|benutzername|benutzerkennung|anmeldename|loginname|nutzername|nickname|screenname|login|identifiant)$/;
const noLogin =
  /^(?:null|true|false|none|string|str|text|varchar|char|root|admin|not|the|required|failed|success|successful|ok|error|unknown|undefined|default|page|form|button|here|now|your|password|invalid|missing|optional|anonymous|guest|test|user|yes|no|number|integer|int)$/i;

/** Login names behind "username", "Benutzername", "login:". */
export const username: Recognizer = {
  types: ['USERNAME'],
  words:
    'username usernames user login benutzername benutzer nutzername handle nickname utilisateur usuario utente userid ' +
    'benutzerkennung anmeldename loginname screenname identifiant',
  atWord: (scan, _start, end, word) => {
    const match = usernameForm.exec(scan.text.slice(end, end + 64));
    const name = match?.[1];
    if (!match || name === undefined) return;
    const start = end + match[0].length - name.length;
    if (noLogin.test(name)) return;
    const distinct = /[\d_]|\p{L}\.\p{L}|\p{Ll}\p{Lu}/u.test(name);
    const isField = exactLogin.test(word) && /[:=>]/.test(match[0]) && !/^\p{Lu}/u.test(name);
    scan.emit('USERNAME', start, start + name.length, distinct ? 0.75 : isField ? 0.55 : 0.4);
  },
};
