import { isDigitAt, isUpperAt, isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';
import { blockEnd, blockStart, emitBlock, streetBefore } from './address-block.ts';

const house = '\\d{1,4} ?(?:[a-zA-Z](?![\\p{L}\\d]))?(?: ?[-/] ?\\d{1,4} ?(?:[a-zA-Z](?![\\p{L}\\d]))?)?';
const tailDe =
  '(?:[,\\n]? ?(?:\\(?[\\p{L}. ]{2,20}\\)?, ?)?(?:(?:D|A|CH|DE|AT)-)?\\d{4,5}(?: [A-Z]{2})? (?:(?:Bad|Sankt|St\\.|Markt|Groß|Klein|Neu|Alt) )?\\p{Lu}[\\p{L}.-]{1,30}(?: (?:am|an der|im|bei|a\\.d\\.) ?\\p{Lu}?[\\p{L}.]{1,20}){0,2})?';
const germanNumber = new RegExp(`\\.?,? (?:Nr\\.? ?|Hausnummer )?(?:${house})(?![\\p{L}\\d%€$.,:]?\\d)${tailDe}`, 'uy');
/** Endings of German and Dutch street names, joined to the name or as a word of their own. */
const germanEnding =
  /(?:stra(?:ß|ss)e|str|weg|platz|allee|gasse|ring|ufer|damm|chaussee|steig|stieg|promenade|markt|graben|hof|berg|brücke|pfad|twiete|laan|straat|plein|gracht|kade|dijk|gatan|gata|vägen|gade|vej|gate|veien|katu)$/i;
const germanWords =
  'straße strasse str weg platz allee gasse ring ufer damm chaussee steig stieg promenade markt graben pfad straat laan linden';
/** Endings of street names that other words share: only with a cue before or the rest of an address around. */
const sharedEnding =
  /(?:tie|kuja|polku|stræde|plads|allé|vænget|vei|gaten|stigen|backen|gränd|torg|torget|braut|stígur|vegur|gata|baan|steenweg|dreef|singel|kaai|lände|zeile|utca|ulice)$/i;
/** Kinds of streets between the name and the number: "Kossuth Lajos utca 12", "Piroska u. 97". */
const middleWords =
  'utca út tér u körút sétány tie vej gade gata gatan väg vägen vei veien gate straat baan ulice náměstí nám cesta trg sokak caddesi';
const middleNumber = /^\.? \d{1,4}(?:[A-Za-z](?![\p{L}]))?(?![\d\p{L}]|[.,:]\d|%)/u;

const placeWords = 'am im an auf zum zur unter hinter';
const placeForm = new RegExp(
  `^(?: (?:der|dem|den))? (?:\\p{Lu}[\\p{L}-]{2,24} ){1,2}${house}(?![\\d.:%])${tailDe}`,
  'u',
);
const notPlaces =
  /^ (?:Jahr|Monat|Tag|Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|Kapitel|Abschnitt|Raum|Zimmer|Schnitt|Quartal|Schritt|Artikel|Port|Level)/;

const unit = '(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl)\\.? ?#?[\\w-]{1,6})?';
const zip =
  "(?:(?:[A-Z]{2},? )?\\d{5}(?:-\\d{4})?(?!\\d)|[A-Z]{1,2}\\d[A-Z\\d]? \\d[A-Z]{2}(?!\\w)|[A-Z]{2}(?![\\w'’]))";
const postUs = `${unit}(?:(?:[,\\n]{1,2} ?\\p{Lu}[\\p{L}.' -]{1,30}?)?,? ${zip}|, \\p{Lu}\\p{L}{2,24}(?: \\p{Lu}\\p{L}{2,24})?(?=[.\\n]|$))?`;
const englishRest = new RegExp(`\\.?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\\.?(?!\\w))?${postUs}`, 'uy');
const englishBefore =
  /(?:^|[^\p{L}\d.,-])(\d{1,6}[A-Za-z]?(?:[-/]\d{1,4})?,? (?:(?:N|S|E|W|North|South|East|West)\.? )?(?:(?:\p{Lu}[\p{L}.'’-]{0,20}|\d{1,3}(?:st|nd|rd|th)|of|the|de|la|del) ){1,4})$/u;
const englishWords =
  'str street st road rd avenue ave lane ln drive dr boulevard blvd court ct way place pl square sq terrace parkway pkwy circle cir ' +
  'highway hwy trail crescent close gardens grove mews plaza loop row walk hill';

const romance =
  /(?: (?:de la|de los|de las|della|delle|dei|degli|des|del|de|du|da|do|dos|di|la|le|les|l'|d')?['’ ]?\p{Lu}?[\p{L}.'’-]{1,24}){1,5},? ?(?:n[.º°]? ?)?\d{1,4}(?![\d])(?: ?(?:bis|ter|[A-Za-z](?![\p{L}\d])))?(?:, ?\d{4,5} \p{Lu}[\p{L}-]{1,30})?/uy;
const french =
  /(?: (?:de la|de l'|des|de|du|d'|la|le|les|l')?['’ ]?\p{Lu}[\p{L}.'’-]{0,24}){1,4}(?:,? ?\d{5} \p{Lu}[\p{L}-]{1,30})?/uy;
const romanceWords =
  'rue avenue boulevard allée chemin route cours passage impasse quai calle avenida paseo plaza via viale corso piazza rua travessa largo ulica ul carrer';

/** Postal addresses from the kind of street, with house number, postcode and place where they follow. */
export const address: Recognizer = {
  types: ['ADDRESS'],
  cues: {
    home: 'adresse anschrift address wohnhaft wohnt wohne lives live living residing resides liefern lieferadresse ship deliver domicile dirección indirizzo endereço',
  },
  words: `${germanWords} ${middleWords} ${englishWords} ${romanceWords} ${placeWords} box postfach`,
  long: 6,
  atWord: (scan, start, end, word) => {
    if (scan.reached('address', start)) return;
    if (isMiddle.has(word) && middle(scan, start, end)) return;
    if (word === 'box' || word === 'postfach') postBox(scan, start, end, word);
    if (isGerman.has(word) && german(scan, start, end)) return;
    if (isEnglish.has(word) && english(scan, start, end)) return;
    if (isRomance.has(word)) romanceStreet(scan, start, end);
    else if (isAtPlace.has(word)) atPlace(scan, start, end);
  },
  atLong: (scan, start, end) => {
    const code = scan.text.charCodeAt(end - 1) | 0x20;
    // e, r, g, z, t, n, l, f, d, m, k: the last letters of the endings; most words stop here.
    if (
      !'ergztnlfdmkajusié'.includes(String.fromCharCode(code)) ||
      !(scan.text.charAt(end) === ' ' || scan.text.charAt(end) === '.')
    )
      return;
    if (!numberFollows(scan.text, end) || end - start > 40) return;
    if (scan.reached('address', start)) return;
    if (germanEnding.test(scan.text.slice(start, end))) german(scan, start, end);
    else if (sharedEnding.test(scan.text.slice(start, end))) shared(scan, start, end);
  },
};

/** "Puruntie 82 Apt. 595", "lives at 255 Hulsterdreef 18". */
function shared(scan: Scan, start: number, end: number): void {
  const number = middleNumber.exec(scan.text.slice(end, end + 8))?.[0];
  if (number === undefined) return;
  const close = end + number.length;
  const from = blockStart(scan.text, start);
  const isBlock = from < start || blockEnd(scan.text, close, !isUpperAt(scan.text, start)) > close;
  emitBlock(scan, from, close, isBlock || scan.cued('home', from, 40) ? 0.7 : 0.3);
}

/** Streets with their word in the middle that a window is read back for; of more, from the word on. */
const mostMiddles = 256;

function middle(scan: Scan, start: number, end: number): boolean {
  const number = middleNumber.exec(scan.text.slice(end, end + 8))?.[0];
  if (number === undefined || scan.text.charAt(start - 1) !== ' ') return false;
  const close = end + number.length;
  if (!scan.closer('middle', mostMiddles)) {
    emitBlock(scan, start, close, 0.6);
    return true;
  }
  const at = streetBefore(scan, close);
  if (at < 0 || at >= start || !/\p{L}/u.test(scan.text.slice(at, start))) return false;
  const isShort = end - start < 3;
  emitBlock(scan, at, close, isShort && !scan.cued('home', at, 40) ? 0.45 : 0.7);
  return true;
}

const isMiddle = new Set(middleWords.split(' '));
const isGerman = new Set(germanWords.split(' '));
const isEnglish = new Set(englishWords.split(' '));
const isRomance = new Set(romanceWords.split(' '));
const isAtPlace = new Set(placeWords.split(' '));

/** "Im Wiesengrund 12": a street without a street word counts with a postcode behind it or an address cue before it. */
function atPlace(scan: Scan, start: number, end: number): void {
  if (!isUpperAt(scan.text, start)) return;
  const match = placeForm.exec(scan.text.slice(end, end + 96));
  if (match === null || notPlaces.test(match[0])) return;
  const placed = /\d{4,5} \p{Lu}/u.test(match[0]);
  const lettered = /\d[a-z]$/.test(match[0]);
  const cued = scan.cued('home', start, 40);
  emitBlock(scan, start, end + match[0].length, placed ? 0.8 : cued || lettered ? 0.65 : 0.3);
}

/** "P.O. Box 1234", "Postfach 10 11 12". */
function postBox(scan: Scan, start: number, end: number, word: string): void {
  const office = word === 'box' ? /p\.? ?o\.? $/i.exec(scan.text.slice(Math.max(0, start - 6), start))?.[0].length : 0;
  const number = /^:? \d{1,6}(?: \d\d){0,3}(?!\d)/.exec(scan.text.slice(end, end + 20))?.[0].length;
  if (office !== undefined && number !== undefined) emitBlock(scan, start - office, end + number, 0.75);
}

function numberFollows(text: string, end: number, reach = 16): boolean {
  const last = Math.min(text.length, end + reach);
  for (let index = Math.max(0, end); index < last; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x30 && code <= 0x39) return true;
  }
  return false;
}

/** "Goethestraße 12b, 10115 Berlin", "Am Alten Markt 3", "Straße des 17. Juni 135". */
function german(scan: Scan, start: number, end: number): boolean {
  const { text } = scan;
  if (!/\p{Lu}/u.test(text.charAt(start)) && !/^[- ]$/.test(text.charAt(start - 1))) return false;
  const of17 = /^ des 17\. Juni/.exec(text.slice(end, end + 14))?.[0].length ?? 0;
  germanNumber.lastIndex = end + of17;
  if (!germanNumber.test(text)) return false;
  const close = germanNumber.lastIndex;
  const from = nameStart(text, start);
  const short = end - from <= 5 && from === start;
  const own = /stra(?:ß|ss)e$|str$|allee$|gasse$|chaussee$|straat$/i.test(text.slice(start, end));
  const isBare = from === start && isGerman.has(text.slice(start, end).toLowerCase()) && text.charAt(start - 1) !== '-';
  if ((short || isBare) && of17 === 0) return false;
  if (!own && !/\p{Lu}/u.test(text.charAt(from))) return false;
  const placed = /\d{4,5} \p{Lu}/u.test(text.slice(end, close));
  const cued = scan.cued('home', from, 40);
  emitBlock(scan, from, close, own || placed ? 0.85 : cued ? 0.75 : from < start ? 0.6 : 0.55);
  return true;
}

/** The words before the street that belong to it: "Am Alten", "Heinrich-Heine-", "Unter den". */
function nameStart(text: string, start: number): number {
  if (!isWordAt(text, start - 2) || isDigitAt(text, start - 2)) return start;
  const before = text.slice(Math.max(0, start - 48), start);
  const match =
    /(?:(?:Am|An der|An den|Auf der|Auf dem|Im|In der|Zum|Zur|Unter den|Hinter der|Bei der|Alte[rn]?|Neue[rn]?|Große[rn]?|Kleine[rn]?|Obere[rn]?|Untere[rn]?|Lange[rn]?|Hohe[rn]?|\p{Lu}\p{L}{2,20}er|(?:\p{Lu}\p{L}{0,20}\.?-){1,4}) ?){1,3}$/u.exec(
      before,
    );
  return match === null || isWordAt(text, start - match[0].length - 1) ? start : start - match[0].length;
}

/** "221B Baker Street, London NW1 6XE", "1600 Pennsylvania Ave NW, Washington, DC 20500". */
function english(scan: Scan, start: number, end: number): boolean {
  const { text } = scan;
  if (!/\p{Lu}/u.test(text.charAt(start))) return false;
  if (!numberFollows(text, start - 60, 60)) return false;
  const before = englishBefore.exec(text.slice(Math.max(0, start - 60), start));
  const name = before?.[1];
  if (name === undefined || !/\p{Lu}/u.test(name) || /^(?:19|20)\d\d (?:Th|In|At|On)/.test(name)) return false;
  englishRest.lastIndex = end;
  englishRest.test(text);
  emitBlock(scan, start - name.length, Math.max(end, englishRest.lastIndex), 0.8);
  return true;
}

const numberBefore = /(?:^|[^\p{L}\d.])(\d{1,4}(?: ?(?:bis|ter|[a-z]))?,? )$/u;

/** "12 rue de la Paix, 75002 Paris", "Calle Mayor 5", "Via Roma, 10". */
function romanceStreet(scan: Scan, start: number, end: number): void {
  const { text } = scan;
  const number = numberFollows(text, start - 10, 10)
    ? numberBefore.exec(text.slice(Math.max(0, start - 12), start))?.[1]
    : undefined;
  if (number !== undefined) {
    french.lastIndex = end;
    if (french.test(text)) {
      emitBlock(scan, start - number.length, french.lastIndex, 0.8);
      return;
    }
  }
  if (!numberFollows(text, end, 64)) return;
  romance.lastIndex = text.charAt(end) === '.' ? end + 1 : end;
  if (/\p{Lu}/u.test(text.charAt(start)) && romance.test(text)) emitBlock(scan, start, romance.lastIndex, 0.75);
}

const area =
  'AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|' +
  'HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|' +
  'RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE';
const ukPost = new RegExp(`(?:${area})\\d[A-Z\\d]? \\d[ABD-HJLNP-UW-Z]{2}(?!\\w)`, 'y');
const usState =
  /(?:^|[^\w])(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])[, ]{1,2}$/;

/** Postcodes that are told by themselves: British ones, and American ones behind their state. */
export const postcode: Recognizer = {
  types: ['ADDRESS'],
  mixed: [{ from: 2, to: 4, followedBy: ' ' }],
  numbers: [{ from: 5, to: 5 }],
  atToken: (scan, start, end) => {
    const { text } = scan;
    if (isDigitAt(text, start)) {
      if (!usState.test(text.slice(Math.max(0, start - 6), start)) || isWordAt(text, end)) return;
      scan.emit('ADDRESS', start, /^-\d{4}(?!\d)/.test(text.slice(end, end + 6)) ? end + 5 : end, 0.6);
      return;
    }
    ukPost.lastIndex = start;
    if (!isWordAt(text, start - 1) && ukPost.test(text)) scan.emit('ADDRESS', start, ukPost.lastIndex, 0.65);
  },
};
