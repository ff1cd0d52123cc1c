/** A source of random numbers in [0, 1): seeded, so that two runs measure the same texts (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Values {
  /** A new value of the kind; throws for an unknown kind. */
  make(kind: string): string;
}

/** Values with right check digits, by kind. Names come from lists of their own, half of them rare. */
export function createValues(random: () => number): Values {
  const int = (from: number, to: number): number => from + Math.floor(random() * (to - from + 1));
  const pick = <T>(list: readonly T[]): T => {
    const found = list[int(0, list.length - 1)];
    if (found === undefined) throw new Error('empty list');
    return found;
  };
  const of = (words: string): string => pick(words.split('|'));
  const digits = (count: number): string => Array.from({ length: count }, () => int(0, 9)).join('');
  const shape = (form: string): string =>
    form.replace(/[#9AXah]/g, (char) => {
      if (char === '#') return String(int(0, 9));
      if (char === '9') return String(int(1, 9));
      if (char === 'A') return pick([...'ABCDEFGHJKLMNPRSTUVWXYZ']);
      if (char === 'a') return pick([...'abcdefghijklmnopqrstuvwxyz']);
      if (char === 'h') return pick([...'0123456789abcdef']);
      return pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789abcdefghijkmnopqrstuvwxyz']);
    });

  const given = (): string =>
    of(
      'Anna|Thomas|Maria|Peter|Lukas|Emily|James|Sophie|Mehmet|Katarzyna|Luca|Chloé|Javier|Giulia|Liam|Olga|Ingeborg|Detlef|Priya|Yusuf|' +
        'Melusine|Tjorben|Ottokar|Amrei|Nkechi|Xiomara|Thorvald|Zdenka|Zsófia|Hjalmar|Ludmilla|Lior|Ebba|Eberhardine|Roisin|Gwyneth',
    );
  const surname = (): string =>
    of(
      'Müller|Schmidt|Johnson|Garcia|Rossi|Dubois|Kowalski|Yılmaz|Smith|Fernández|Weber|Brown|Nguyen|Papadopoulos|Schäfer-Krause|' +
        "Quandthoff|Breitenbücher|Ostrowitzki|Thistlewood|McAllister|O'Donnell|van der Berg|von Hohenfels|Lindqvist|Achterberg|Szymborska|Ravensdale|Okonkwo|Pfaffinger",
    );
  const luhnCheck = (body: string): string => {
    let sum = 0;
    [...body].reverse().forEach((char, index) => {
      const doubled = Number(char) * (index % 2 === 0 ? 2 : 1);
      sum += doubled > 9 ? doubled - 9 : doubled;
    });
    return body + String((10 - (sum % 10)) % 10);
  };
  const card = (): string => {
    const plain = pick([
      () => luhnCheck(`4${digits(14)}`),
      () => luhnCheck(`5${int(1, 5)}${digits(13)}`),
      () => luhnCheck(`3${pick(['4', '7'])}${digits(12)}`),
      () => luhnCheck(`6011${digits(11)}`),
    ])();
    const style = int(0, 2);
    if (style === 0) return plain;
    const separator = style === 1 ? ' ' : '-';
    return plain.length === 15
      ? [plain.slice(0, 4), plain.slice(4, 10), plain.slice(10)].join(separator)
      : (plain.match(/.{4}/g) ?? []).join(separator);
  };
  const iban = (): string => {
    const [country, form] = pick([
      ['DE', '##################'],
      ['AT', '################'],
      ['CH', '#################'],
      ['FR', '#######################'],
      ['GB', 'AAAA##############'],
      ['NL', 'AAAA##########'],
      ['ES', '####################'],
      ['IT', 'A######################'],
    ] as const);
    const body = shape(form);
    const number = [...`${body}${country}00`].map((char) => Number.parseInt(char, 36)).join('');
    const plain = `${country}${String(98n - (BigInt(number) % 97n)).padStart(2, '0')}${body}`;
    return random() < 0.5 ? plain : (plain.match(/.{1,4}/g) ?? []).join(' ');
  };
  const taxId = (): string => {
    const order = [...'0123456789'].sort(() => random() - 0.5);
    if (order[0] === '0') order.reverse();
    order[int(5, 9)] = order[int(1, 4)] ?? '1';
    let product = 10;
    for (const char of order) product = (((Number(char) + product) % 10 || 10) * 2) % 11;
    return `${order.join('')}${(11 - product) % 10}`;
  };
  const birth = (): string =>
    pick([
      () => `${String(int(1, 28)).padStart(2, '0')}.${String(int(1, 12)).padStart(2, '0')}.${int(1935, 2008)}`,
      () => `${int(1935, 2008)}-${String(int(1, 12)).padStart(2, '0')}-${String(int(1, 28)).padStart(2, '0')}`,
      () => `${int(1, 12)}/${int(1, 28)}/${int(1935, 2008)}`,
      () => `${int(1, 28)}. ${of('Januar|März|Mai|August|Dezember')} ${int(1935, 2008)}`,
      () => `${of('January|March|April|October')} ${int(1, 28)}, ${int(1935, 2008)}`,
    ])();
  const idCard = (): string => {
    const body = shape('A########')
      .slice(0, 8)
      .replace(/^./, () => of('C|F|G|H|J|K|L|M|N|P|R|T|V|W|X|Y|Z'));
    const sum = [...body].reduce(
      (total, char, index) => total + Number.parseInt(char, 36) * ([7, 3, 1][index % 3] ?? 1),
      0,
    );
    return `${body}${sum % 10}`;
  };

  const makers: Readonly<Record<string, () => string>> = {
    NAME: () => `${given()} ${surname()}`,
    GIVEN: given,
    SURNAME: surname,
    EMAIL: () =>
      `${of('anna|max.muster|j.smith|info+test|x_y|lea-marie|kontakt|müller')}${int(1, 99)}@${of('example|firma|mail|uni-kiel|sub.domain')}.${of('de|com|org|co.uk|fr|io|net')}`,
    PHONE_INT: () =>
      of(
        `+49 30 ${shape('9######')}|+49 (0)89 ${shape('9#######')}|+49171${shape('9######')}|+44 20 7${shape('### ####')}|+1 415-555-01${shape('##')}|+33 6 ${shape('## ## ## ##')}|0049 221 ${shape('9######')}|+39 347 ${shape('9######')}|+34 6${shape('## ### ###')}|+43 1 ${shape('9######')}|+41 44 ${shape('9## ## ##')}`,
      ),
    PHONE_DE: () =>
      of(
        `030 ${shape('9######')}|089/${shape('9#######')}|0171 ${shape('9######')}|0151-${shape('9#######')}|(040) ${shape('9######')}|0221 / ${shape('9## ## ##')}|0176${shape('9#######')}|06221 ${shape('9#####')}`,
      ),
    PHONE_US: () =>
      of(
        `(415) 555-01${shape('##')}|212-555-${shape('01##')}|(312) 555 ${shape('01##')}|617.555.${shape('01##')}|415-555-01${shape('##')} x${shape('9##')}`,
      ),
    IBAN: iban,
    CARD: card,
    IP: () =>
      of(
        `${int(1, 223)}.${int(0, 255)}.${int(0, 255)}.${int(1, 254)}|2001:db8:${shape('hhhh')}::${shape('hhh')}|fe80::${shape('hhhh:hhhh')}`,
      ),
    MAC: () => shape(pick(['hh:hh:hh:hh:hh:hh', 'hh-hh-hh-hh-hh-hh'])),
    URL: () =>
      of(
        `https://www.example.org/u/${shape('aaaa##')}|http://blog.firma.de/~${shape('aaaa')}|https://shop.example.com/order?id=${shape('####')}`,
      ),
    STREET_DE: () =>
      `${of('Goethestraße|Hauptstr.|Lindenweg|Am Alten Markt|Schillerplatz|Berliner Allee|Kaiser-Wilhelm-Ring|Im Wiesengrund|Rosa-Luxemburg-Straße|Bahnhofstrasse|Kirchgasse|Mühlendamm')} ${int(1, 199)}${of('||a|b')}`,
    PLACE_DE: () => `${shape('9####')} ${of('Berlin|München|Köln|Bad Homburg|Kiel|Freiburg|Leipzig|Oberursel')}`,
    STREET_EN: () =>
      `${int(1, 9999)} ${of('Baker Street|Oak Avenue|Elm St|Sunset Blvd|Maple Drive|High Street|Park Lane|King Road|Old Mill Ln|Washington Ct')}`,
    STREET_FR: () => `${int(1, 120)} ${of('rue de la Paix|avenue Victor Hugo|boulevard Saint-Michel|rue du Bac')}`,
    STREET_ES: () => `${of('Calle Mayor|Avenida de América|Calle de Alcalá|Paseo del Prado')} ${int(1, 120)}`,
    STREET_IT: () => `${of('Via Roma|Via Giuseppe Verdi|Corso Vittorio Emanuele|Viale Europa')} ${int(1, 120)}`,
    BIRTH: birth,
    TAX_ID: taxId,
    VAT: () => `DE${shape('9########')}`,
    TAX_NUMBER: () => shape(pick(['##/###/#####', '###/###/#####', '##/####/####'])),
    ID_CARD: idCard,
    SSN: () => `${int(100, 665)}-${shape('9#')}-${shape('9###')}`,
    NINO: () => shape('AB##').replace(/^../, () => of('AB|CE|JG|PW|SR')) + digits(4) + of('A|B|C|D'),
    PLATE: () => `${of('B|M|HH|KA|F|S|OAL|WÜ')}-${shape(pick(['AA', 'A']))} ${int(1, 9999)}`,
    HRB: () => `${of('HRB|HRA')} ${int(100, 200_000)}`,
    AWS: () => `AKIA${Array.from({ length: 16 }, () => pick([...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'])).join('')}`,
    GITHUB: () => `ghp_${shape('X'.repeat(36))}`,
    OPENAI: () => `sk-proj-${shape('X'.repeat(48))}`,
    ANTHROPIC: () => `sk-ant-api03-${shape('X'.repeat(80))}`,
    STRIPE: () => `sk_live_${shape('X'.repeat(24))}`,
    SLACK: () => `xoxb-${digits(12)}-${digits(12)}-${shape('X'.repeat(24))}`,
    JWT: () => `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi${shape('X'.repeat(30))}.${shape('X'.repeat(43))}`,
    PASSWORD: () =>
      of(`${shape('XXXX')}!${shape('XXX#')}|Sommer${int(2000, 2030)}!|hunter${int(2, 99)}|P@ss${shape('aaa##')}`),
    DB_URL: () => `postgres://app:${shape('XXXXXXXX')}@db.internal:5432/main`,
    USERNAME: () => `${of('max|lena|j|kilian')}${of('_|.|')}${of('muster|w|power')}${int(10, 99)}`,
    BTC: () => '16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ',
    CUSTOMER: () => shape(pick(['9#######', 'AA-######', '####-####'])),
    PASSPORT: () => shape(pick(['A########', '#########', 'AA#######'])),
    // Not personal data
    UUID: () => shape('hhhhhhhh-hhhh-4hhh-ahhh-hhhhhhhhhhhh'),
    SHA: () => shape('h'.repeat(40)),
    VERSION: () => `${int(0, 30)}.${int(0, 30)}.${int(0, 300)}`,
    ISO: () =>
      `2026-${String(int(1, 12)).padStart(2, '0')}-${String(int(1, 28)).padStart(2, '0')}T${String(int(0, 23)).padStart(2, '0')}:${String(int(0, 59)).padStart(2, '0')}:${String(int(0, 59)).padStart(2, '0')}.${digits(3)}Z`,
    PRICE: () =>
      of(
        `${int(1, 999)}.${digits(3)},${digits(2)} €|$${int(1, 99)},${digits(3)}.${digits(2)}|EUR ${int(10, 9999)}.${digits(2)}`,
      ),
    ORDER: () => shape(pick(['2026-9#####', 'RE-9######', '9#########', 'A-9###-9###', 'PO9######'])),
    LONG: () => shape(`9${'#'.repeat(int(15, 30))}`),
    EPOCH: () => `17${digits(11)}`,
    NUMBER: () => String(int(0, 1_000_000)),
    TABLE: () => Array.from({ length: 6 }, () => int(0, 5000)).join(pick([' ', '  ', ' | ', '\t', ', '])),
  };
  return {
    make: (kind) => {
      const maker = makers[kind];
      if (maker === undefined) throw new Error(`no values of kind ${kind}`);
      return maker();
    },
  };
}
