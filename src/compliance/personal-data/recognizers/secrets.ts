import type { PersonalDataType } from '../../../config/personal-data-schema.ts';
import { isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

interface KeyForm {
  readonly type: PersonalDataType;
  /** Sticky; the issuer's prefix and its alphabet. */
  readonly form: RegExp;
}

/** Keys that carry their issuer's prefix. The first word of each is what the lexer looks for. */
const prefixed: Readonly<Record<string, readonly KeyForm[]>> = {
  sk: [
    { type: 'API_KEY', form: /sk-ant-(?:api|admin)\d\d-[\w-]{20,120}/y }, // Anthropic
    { type: 'API_KEY', form: /sk-(?:proj|svcacct|admin|or-v1)-[\w-]{20,200}/y }, // OpenAI, OpenRouter
    { type: 'API_KEY', form: /sk-[A-Za-z\d]{20,64}/y }, // OpenAI, DeepSeek
    { type: 'API_KEY', form: /sk_(?:live|test)_[A-Za-z\d]{10,120}/y }, // Stripe
  ],
  rk: [{ type: 'API_KEY', form: /rk_(?:live|test)_[A-Za-z\d]{10,120}/y }],
  pk: [{ type: 'API_KEY', form: /pk_live_[A-Za-z\d]{10,120}/y }],
  whsec: [{ type: 'API_KEY', form: /whsec_[A-Za-z\d+/=]{20,80}/y }],
  ghp: [{ type: 'API_KEY', form: /ghp_[A-Za-z\d]{20,255}/y }],
  gho: [{ type: 'API_KEY', form: /gho_[A-Za-z\d]{20,255}/y }],
  ghu: [{ type: 'API_KEY', form: /ghu_[A-Za-z\d]{20,255}/y }],
  ghs: [{ type: 'API_KEY', form: /ghs_[A-Za-z\d]{20,255}/y }],
  ghr: [{ type: 'API_KEY', form: /ghr_[A-Za-z\d]{20,255}/y }],
  github: [{ type: 'API_KEY', form: /github_pat_\w{22,255}/y }],
  glpat: [{ type: 'API_KEY', form: /glpat-[\w-]{20,64}/y }],
  xoxb: [{ type: 'API_KEY', form: /xoxb-[A-Za-z\d-]{10,120}/y }],
  xoxp: [{ type: 'API_KEY', form: /xoxp-[A-Za-z\d-]{10,120}/y }],
  xoxa: [{ type: 'API_KEY', form: /xoxa-[A-Za-z\d-]{10,120}/y }],
  xoxs: [{ type: 'API_KEY', form: /xoxs-[A-Za-z\d-]{10,120}/y }],
  xapp: [{ type: 'API_KEY', form: /xapp-[A-Za-z\d-]{10,120}/y }],
  npm: [{ type: 'API_KEY', form: /npm_[A-Za-z\d]{36}(?!\w)/y }],
  hf: [{ type: 'API_KEY', form: /hf_[A-Za-z\d]{30,64}/y }],
  pypi: [{ type: 'API_KEY', form: /pypi-[\w-]{50,250}/y }],
  sg: [{ type: 'API_KEY', form: /SG\.[\w-]{16,32}\.[\w-]{16,64}/y }], // SendGrid
  dop: [{ type: 'API_KEY', form: /dop_v1_[a-f\d]{64}/y }], // DigitalOcean
  shpat: [{ type: 'API_KEY', form: /shpat_[a-fA-F\d]{32}/y }], // Shopify
  ya29: [{ type: 'API_KEY', form: /ya29\.[\w-]{20,300}/y }], // Google OAuth
  gocspx: [{ type: 'API_KEY', form: /GOCSPX-[\w-]{20,60}/y }],
  hvs: [{ type: 'API_KEY', form: /hvs\.[\w-]{20,300}/y }], // HashiCorp Vault
  dckr: [{ type: 'API_KEY', form: /dckr_pat_[\w-]{20,60}/y }],
  accountkey: [{ type: 'AZURE_KEY', form: /AccountKey=[A-Za-z\d+/]{40,100}={0,2}/iy }],
  sharedaccesskey: [{ type: 'AZURE_KEY', form: /SharedAccessKey=[A-Za-z\d+/]{20,100}={0,2}/iy }],
  sig: [{ type: 'AZURE_KEY', form: /sig=[A-Za-z\d%+/]{30,100}={0,2}/y }],
};

/** Issuers' keys that begin in the middle of a longer word, or are one: told by how the word starts. */
const long: readonly KeyForm[] = [
  { type: 'AWS_ACCESS_KEY', form: /(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Za-z\d])/y },
  { type: 'API_KEY', form: /AIza[\w-]{35}(?![\w-])/y }, // Google
  {
    type: 'JWT',
    form: /eyJ[\w-]{8,4000}\.(?:eyJ[\w-]{4,6000}|[\w-]{0,6000}\.[\w-]{10,6000})(?:\.[\w-]{0,2000}){0,3}/y,
  },
];
const firstLetters = new Set(['A'.charCodeAt(0), 'e'.charCodeAt(0)]);

/** Keys and tokens with a known beginning. */
export const issuedKeys: Recognizer = {
  types: ['API_KEY', 'AZURE_KEY', 'AWS_ACCESS_KEY', 'JWT'],
  words: Object.keys(prefixed).join(' '),
  long: 11,
  atWord: (scan, start, _end, word) => report(scan, start, prefixed[word] ?? []),
  atLong: (scan, start) => {
    if (firstLetters.has(scan.text.charCodeAt(start))) report(scan, start, long);
  },
};

function report(scan: Scan, start: number, forms: readonly KeyForm[]): void {
  if (isWordAt(scan.text, start - 1) || scan.reached('key', start)) return;
  for (const { type, form } of forms) {
    form.lastIndex = start;
    if (!form.test(scan.text)) continue;
    scan.emit(type, start, form.lastIndex, 0.97);
    scan.reach('key', form.lastIndex);
    return;
  }
}

const pemBegin = /-----BEGIN (?:[A-Z\d]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y;
const longestPem = 8_000;

/** PEM and OpenPGP private keys, also cut ones: without its last line a key is still a key. */
export const privateKey: Recognizer = {
  types: ['PRIVATE_KEY'],
  words: 'begin',
  atWord: (scan, word) => {
    const { text } = scan;
    const start = word - 5;
    pemBegin.lastIndex = start;
    if (start < 0 || scan.reached('pem', start) || !pemBegin.test(text)) return;
    const body = text.slice(pemBegin.lastIndex, start + longestPem);
    const close = /-----END [A-Z\d ]{2,40}-----/.exec(body);
    const cut = /^[\sA-Za-z\d+/=:,\\-]*/.exec(body)?.[0].length ?? 0;
    const end = pemBegin.lastIndex + (close ? close.index + close[0].length : cut);
    scan.reach('pem', end);
    scan.emit('PRIVATE_KEY', start, end, 0.99);
  },
};
