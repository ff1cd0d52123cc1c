import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

const passwordWords =
  'password passwords passwort passwd pwd pass passphrase kennwort kennworte losung dbpassword userpassword motdepasse passe contraseña ' +
  'contrasena clave parola senha wachtwoord hasło lösenord adgangskode';
const secretWords =
  'secret secrets token tokens apikey apikeys secretkey clientsecret accesstoken authtoken refreshtoken accesskey privatekey ' +
  'apitoken apisecret key keys credential credentials zugangstoken geheimnis schlüssel jeton bearer basic';
const pinWords =
  'pin pins pincode cvv cvc cvv2 cvc2 cvn tan puk otp prüfziffer sicherheitscode kartenprüfnummer einmalcode passcode';

const quoted = /["'`]?\s{0,2}(?::=|=>|[:=]|,)\s{0,2}(["'`])((?:(?!\1)[^\n\\]|\\.){4,256})\1/y;
const plain = /["'`*_]{0,3}\s{0,2}(?::=|=>|[:=])\s{0,2}\*{0,2}\s?([^\s"'`<>,;]{4,256})/y;
const told =
  /(?: (?:for|of|für|vom) [\p{L}\d ]{1,24}:)?(?: (?:is|was|ist|war|lautet|est|es|è|é|to|auf|für|for|number|code|nummer|nr|changed|set|geändert|of))*\s?[:=]?\s{1,2}["'“„`]?([^\s"'`<>;(){}[\]“”]{4,64})/uy;
const bearer = /\s{1,2}([\w.~+/-]{12,2000}={0,2})/y;
/** Values that name a secret instead of being one. */
const placeholder =
  /^(?:\$|\{\{|%|process\.|os\.|env\.|config\.|null$|none$|undefined$|true$|false$|string$|required|optional|\*+$|x+$|changeme$|your|<|\.\.\.|\[)/i;
const codeCall = /^[\w.]*\w\(|^[a-z_]\w*(?:\.[a-z_]\w*)+[()]*$|^[({[]/i;

/** Passwords and keys that are told apart by the name before them. */
export const assignedSecrets: Recognizer = {
  types: ['PASSWORD', 'API_KEY', 'AWS_SECRET_KEY', 'PIN'],
  words: `${passwordWords} ${secretWords} ${pinWords}`,
  atWord: (scan, start, end, word) => {
    if (pins.has(word)) return pin(scan, end);
    if (word === 'bearer' || word === 'basic') return authorization(scan, end);
    const isPassword = passwords.has(word);
    if (isKeyWord(word) && !qualified(scan.text, start)) return;
    const value = readAssigned(scan.text, end) ?? (isPassword ? readTold(scan.text, end) : readKey(scan.text, end));
    if (value === null || placeholder.test(value.text) || scan.text.charAt(value.end) === '(') return;
    if (!value.quoted && codeCall.test(value.text)) return;
    const type = typeOf(scan.text, { start, value: value.text, isPassword });
    if (type !== null) scan.emit(type, value.start, value.end, 0.85);
  },
};
const passwords = new Set(passwordWords.split(' '));
const pins = new Set(pinWords.split(' '));
const isKeyWord = (word: string): boolean => /^(?:keys?|schlüssel|basic)$/.test(word);

interface Value {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly quoted: boolean;
}

/** `name = "value"`, `name: value`, `"name": "value"`. */
function readAssigned(text: string, from: number): Value | null {
  const inQuotes = match(quoted, text, from);
  const value = inQuotes?.[2];
  if (inQuotes !== null && value !== undefined) {
    const end = from + inQuotes[0].length - 1;
    return { text: value, start: end - value.length, end, quoted: true };
  }
  return readValue(match(plain, text, from), from, (found) => found.length >= 5);
}

/** "the password is value": in a sentence only what no word of it could be. */
function readTold(text: string, from: number): Value | null {
  return readValue(match(told, text, from), from, (found) => found.length >= 6 && isMixed(found));
}

function readKey(text: string, from: number): Value | null {
  return readValue(
    match(told, text, from),
    from,
    (found) => found.length >= 16 && /\d/.test(found) && /[a-z]/i.test(found),
  );
}

function readValue(found: RegExpExecArray | null, from: number, accept: (value: string) => boolean): Value | null {
  const raw = found?.[1];
  if (!found || raw === undefined) return null;
  const text = raw.replace(/&\w{2,24}=.*$/, '').replace(/[.,:?)\]}]+$/, '');
  if (!accept(text)) return null;
  const start = from + found[0].length - raw.length;
  return { text, start, end: start + text.length, quoted: false };
}

function match(form: RegExp, text: string, from: number): RegExpExecArray | null {
  form.lastIndex = from;
  return form.exec(text);
}

/** A digit or a sign besides letters, and no date, number or address. */
function isMixed(value: string): boolean {
  if (/^[\d.,:/%-]+$/.test(value) || /^https?:/.test(value)) return false;
  return /[A-Za-z]/.test(value) && /[\d!@#$%^&*+=~|?_]/.test(value);
}

/** "key" alone is any key: it needs "api", "secret" or the like in front. */
function qualified(text: string, start: number): boolean {
  return /(?:api|secret|access|private|auth|account|signing|encryption|master|service|client|storage|connection|webhook|shared|deploy|ssh|license|aws|geheimer|privater)[\s_."'-]{0,3}$/i.test(
    text.slice(Math.max(0, start - 20), start),
  );
}

function typeOf(
  text: string,
  { start, value, isPassword }: { start: number; value: string; isPassword: boolean },
): PersonalDataType | null {
  if (isPassword) return 'PASSWORD';
  const before = text.slice(Math.max(0, start - 24), start).toLowerCase();
  if (/^[A-Za-z\d/+]{40}$/.test(value) && /aws|secret|amazon/.test(before + text.slice(start, start + 16)))
    return 'AWS_SECRET_KEY';
  // Other names hold settings more often than secrets: only what looks random is taken.
  return value.length >= 12 && /\d/.test(value) && /[A-Za-z]/.test(value) && !/\s/.test(value) ? 'API_KEY' : null;
}

function authorization(scan: Scan, end: number): void {
  const value = readValue(match(bearer, scan.text, end), end, (found) => /\d/.test(found) && /[A-Za-z]/.test(found));
  if (value !== null && value.text.length >= 16) scan.emit('API_KEY', value.start, value.end, 0.85);
}

function pin(scan: Scan, end: number): void {
  const found =
    /^(?:[- ]?(?:code|number|nummer|nr\.?))?(?: is| ist| lautet| est| es| è)?[\s:=]{1,3}(\d{3,8})(?![\w.,]\d|\w)/i.exec(
      scan.text.slice(end, end + 48),
    );
  const value = found?.[1];
  if (!found || value === undefined) return;
  scan.emit('PIN', end + found[0].length - value.length, end + found[0].length, 0.75);
}

const awsSecret = /[A-Za-z\d/+]{40}(?![A-Za-z\d/+=])/y;

/** The 40 characters beside an access key id, where no name stands before them. */
export const awsSecretKey: Recognizer = {
  types: ['AWS_SECRET_KEY'],
  cues: { aws: 'aws amazon secret akia' },
  mixed: [
    { from: 40, to: 40 },
    { from: 4, to: 39, followedBy: '/+' },
  ],
  atToken: (scan, start) => {
    if (!scan.cued('aws', start, 64) || /[\w/+]/.test(scan.text.charAt(start - 1))) return;
    awsSecret.lastIndex = start;
    if (!awsSecret.test(scan.text)) return;
    const value = scan.text.slice(start, awsSecret.lastIndex);
    if (/[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value))
      scan.emit('AWS_SECRET_KEY', start, start + 40, 0.8);
  },
};
