import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import type { Recognizer } from '../recognizer.ts';

/** Names of numbers that have no form of their own. Order, invoice and ticket numbers are left out on purpose. */
const labels: Readonly<Partial<Record<PersonalDataType, string>>> = {
  PASSPORT:
    'passport reisepass passnummer reisepassnummer passeport pasaporte passaporto paspoort passaporte passportnumber',
  DRIVER_LICENSE:
    'licence license führerschein führerscheinnummer driverslicense driverlicense permis conducir patente rijbewijs dl',
  ID_NUMBER:
    'personalausweis personalausweisnummer ausweisnummer idcard identity identification identité identidad identità ' +
    'personalnummer mitarbeiternummer kundennummer kundennr versichertennummer versicherungsnummer mitgliedsnummer ' +
    'matrikelnummer patientennummer patientenid employee customer client member membership policy patient medical mrn student ' +
    'insurance beneficiary carte documento dni nie cni national',
  ACCOUNT_NUMBER: 'account kontonummer konto kto depotnummer routing compte cuenta conto rekening konta',
  TAX_ID: 'tax steuernummer fiscal fiscale tin taxid itin ein',
  US_SSN: 'ssn social',
};
const typeByWord = new Map<string, PersonalDataType>();
for (const type of ['PASSPORT', 'DRIVER_LICENSE', 'ID_NUMBER', 'ACCOUNT_NUMBER', 'TAX_ID', 'US_SSN'] as const) {
  for (const word of (labels[type] ?? '').split(/\s+/)) typeByWord.set(word, type);
}

/** Numbers of any form behind what they are called: "passport number X1234567", "Kundennummer: 4711-08". */
export const labelledIds: Recognizer = {
  types: ['PASSPORT', 'DRIVER_LICENSE', 'ID_NUMBER', 'ACCOUNT_NUMBER', 'TAX_ID', 'US_SSN'],
  words: [...typeByWord.keys()].join(' '),
  atWord: (scan, _start, end, word) => {
    const type = typeByWord.get(word);
    if (type === undefined) return;
    const value = readValue(scan.text.slice(end, end + 96));
    if (value !== null) scan.emit(type, end + value.start, end + value.end, 0.6);
  },
};

/** The first group of letters and digits behind the label that has four digits or more, and what is joined to it. */
function readValue(text: string): { start: number; end: number } | null {
  const lead =
    /^(?:'?s)?[ "']{0,2}(?:(?:card|driver|driving|security|identity|identification|license|licence|insurance|record|plate|de|d'|du|la|sociale?|number|numbers|no|nr|n°|numéro|número|numero|nummer|identifier|id|code|is|ist|lautet|est|es|è|ist die|with|the|mit|der|of|has|have|conduire|identité|identidad|identità)\b[."']{0,2} ?){0,6}[:=#]{0,2} ?["'(#]?/iu.exec(
      text,
    );
  const start = lead?.[0].length ?? 0;
  if (start === 0) return null;
  const value = /^[A-Z\d]{1,20}(?:[-./ ](?=[A-Z\d]*\d)[A-Z\d]{1,12}){0,6}(?![\p{L}\d_])/iu.exec(text.slice(start));
  if (value === null || value[0].replace(/\D/g, '').length < 4) return null;
  if (/^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$|^\d{4}-\d\d-\d\d|^(?:19|20)\d\d$/.test(value[0])) return null;
  return { start, end: start + value[0].length };
}

const usernameForm =
  /^(?:[- ]?(?:name|id|handle))?["']?(?:(?: (?:is|ist|lautet|est|es))|\s?[:=])\s?["'@]?([\p{L}\d][\p{L}\d._-]{2,38}[\p{L}\d_])(?=["'\s.,;!?)]|$)/iu;

/** Login names behind "username", "Benutzername", "login:". */
export const username: Recognizer = {
  types: ['USERNAME'],
  words:
    'username usernames user login benutzername benutzer nutzername handle nickname utilisateur usuario utente userid',
  atWord: (scan, _start, end) => {
    const match = usernameForm.exec(scan.text.slice(end, end + 64));
    const value = match?.[1];
    if (!match || value === undefined) return;
    const start = end + match[0].length - value.length;
    const distinct = /[\d_]|\p{L}\.\p{L}|\p{Ll}\p{Lu}/u.test(value);
    if (/^(?:null|true|false|none|string|root|admin|not|the|required)$/i.test(value)) return;
    scan.emit('USERNAME', start, start + value.length, distinct ? 0.75 : 0.4);
  },
};
