import { isWordAt, standsAlone } from '../characters.ts';
import { type Recognizer, type Scan, weigh } from '../recognizer.ts';

const register = /(?:HRA|HRB|GNR|PR|VR) ?(?:Nr\.? ?)?\d{1,6}(?: ?[A-Z])?(?![\d\p{L}_])/iuy;

/** Handelsregister entries. PR and VR (partnerships, associations) need the word Registergericht or the like. */
export const handelsregister: Recognizer = {
  types: ['DE_HANDELSREGISTER'],
  cues: {
    register: 'handelsregister handelsregisternummer amtsgericht registergericht registernummer vereinsregister hr',
  },
  words: 'hra hrb gnr pr vr',
  mixed: [{ from: 4, to: 9 }],
  atWord: (scan, start) => entry(scan, start),
  atToken: (scan, start, end) => {
    if (/^HR[AB]\d/i.test(scan.text.slice(start, end))) entry(scan, start);
  },
};

function entry(scan: Scan, start: number): void {
  register.lastIndex = start;
  if (isWordAt(scan.text, start - 1) || !register.test(scan.text)) return;
  const end = register.lastIndex;
  const strong = /^hr[ab]/i.test(scan.text.slice(start, start + 3));
  if (strong || scan.cued('register', start)) scan.emit('DE_HANDELSREGISTER', start, end, 0.9);
}

const city =
  /^ \p{Lu}\p{Ll}{2,24}(?:-\p{Lu}\p{Ll}{2,20}| \p{Lu}\p{Ll}{3,20}(?=[,.\n]|$)| am \p{Lu}\p{Ll}+| \(\p{Lu}\p{L}+\))?/u;

/** Large towns, and the endings of most others. */
const placeLike =
  /(?:stadt|burg|berg|furt|hausen|heim|dorf|feld|bach|kirchen|ingen|leben|ow|itz|münster|haven|rode|wald[e]?|ried|stein|tal|see|brücken?|weiler|hofen|born|werder|horst|stedt|büttel|fels|au)(?:[ -]|$)|^ (?:Berlin|München|Köln|Frankfurt|Stuttgart|Leipzig|Dortmund|Essen|Bremen|Dresden|Hannover|Bochum|Bielefeld|Bonn|Münster|Gelsenkirchen|Aachen|Kiel|Halle|Lübeck|Mainz|Rostock|Kassel|Hagen|Potsdam|Oberhausen|Erfurt|Mülheim|Leverkusen|Ulm|Jena|Trier|Köln|Neuss|Krefeld|Hamm|Herne|Gera|Siegen|Hanau|Fulda|Worms|Bad|Sankt|St|Wien|Linz|Graz|Zürich|Basel|Bern|Genf|Luzern|Celle|Emden|Stade|Soest|Unna|Lünen|Marl|Kleve|Moers|Düren|Hof|Suhl|Zwickau|Plauen|Dessau|Cottbus)(?![\p{L}])/u;

/** Postcodes, 01001 to 99998. Five digits are anything: without a cue only in front of a place, or standing alone. */
export const plz: Recognizer = {
  types: ['DE_PLZ', 'ADDRESS'],
  cues: { postcode: 'plz postleitzahl postfach wohnort ort postcode zip code adresse anschrift postal zipcode' },
  numbers: [{ from: 5, to: 5 }],
  atToken: (scan, start, end) => {
    const { text } = scan;
    const value = Number(text.slice(start, end));
    if (value < 1_001 || value > 99_998 || isWordAt(text, end) || '.,/-'.includes(text.charAt(start - 1) || ' ')) {
      if (!isMailPrefix(text, start)) return;
    }
    if (!standsAlone(text, start, end) && !isMailPrefix(text, start)) return;
    const at = { context: 'postcode', start, end };
    const place = placeBehind(text, end);
    const bare = isMailPrefix(text, start) ? 0.8 : place.confidence;
    scan.emit('DE_PLZ', start, end, weigh(scan, at, { cued: 0.9, whole: 0.5, bare }));
    if (place.confidence >= 0.5) scan.emit('ADDRESS', start, place.end, place.confidence);
  },
};

/** "D-10115" and "DE-10115". */
function isMailPrefix(text: string, start: number): boolean {
  if (text.charCodeAt(start - 1) !== 0x2d) return false; // a hyphen: few numbers need the pattern
  return /(?:^|[^\p{L}\d])DE?-$/u.test(text.slice(Math.max(0, start - 4), start));
}

/** A word like a place behind five digits, and a house number, a comma or "in" before them; else it may be a counted noun. */
function placeBehind(text: string, end: number): { confidence: number; end: number } {
  const match = city.exec(text.slice(end, end + 48));
  if (match === null) return { confidence: 0.15, end };
  const before = text.slice(Math.max(0, end - 12), end - 5);
  const behindHouse = /\p{L}\.? \d{1,3} ?[a-z]?(?: in|,) $/u.test(text.slice(Math.max(0, end - 20), end - 5));
  const listed = behindHouse || (/(?:[,\n|;]|\bin|\baus|\bnach)\s*$/.test(before) && placeLike.test(match[0]));
  return { confidence: listed ? 0.6 : 0.3, end: end + match[0].length };
}
