import { isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

const longestUrl = 2_048;
const rest = new RegExp(`[^\\u0000-\\u0020"<>\`{}|\\\\^]{1,${longestUrl}}`, 'y');
const webSchemes = new Set(['http', 'https', 'ftp', 'ftps', 'sftp', 'ws', 'wss']);
const credentials = /^[^/?#@:]{0,128}:[^/?#@]{1,256}@[^/?#@]/;
const namedHost =
  /^(?:[^/?#@]{1,200}@)?(?:[\p{L}\d](?:[\p{L}\d_-]{0,62})\.){1,12}[\p{L}][\p{L}\d-]{1,23}\.?(?=[/?#:]|$)/u;
const numberHost = /^(?:[^/?#@]{1,200}@)?(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]{2,45}\])(?=[/?#:]|$)/i;
// Without a scheme: endings that are hardly ever a file ending, a property or the word after a full stop.
const endings = new Set(
  (
    'com org net edu gov mil int biz de ch eu uk fr nl pl cz ru jp cn br au ca se dk fi pt gr hu ro tr kr mx ie nz za ' +
    'il ar lu sk bg hr si lt lv ee ua'
  ).split(' '),
);
const ending = /\.([a-z]{2,8})(?![\w-])(?!\.[\p{L}\d])/uy;

/** Web addresses. Host names alone count as weak evidence, and only with a well-known ending or `www.`. */
export const url: Recognizer = {
  types: ['URL', 'URL_CREDENTIALS'],
  chars: ':.',
  words: 'www',
  atChar: (scan, index) => {
    if (scan.text.charCodeAt(index) === 0x3a) withScheme(scan, index);
    else bareHost(scan, index);
  },
  atWord: (scan, start, end) => {
    if (scan.text.charAt(end) !== '.' || isWordAt(scan.text, start - 2) || scan.reached('url', start)) return;
    const found = readUrl(scan.text, start);
    const host = scan.text.slice(start, found).split(/[/?#:]/, 1)[0] ?? '';
    if (/^www(?:\.[\p{L}\d_-]{1,63}){2,6}$/iu.test(host)) scan.emit('URL', start, found, 0.75);
  },
};

function withScheme(scan: Scan, colon: number): void {
  const { text } = scan;
  if (text.charCodeAt(colon + 1) !== 0x2f || text.charCodeAt(colon + 2) !== 0x2f) return;
  let start = colon;
  while (start > 0 && colon - start < 16 && /[a-z\d+]/i.test(text.charAt(start - 1))) start -= 1;
  if (start === colon || scan.reached('url', start)) return;
  const end = readUrl(text, colon + 3);
  // An address within an address belongs to it; not for long, so that nothing hides behind a very long one.
  scan.reach('url', Math.min(end, colon + longestUrl / 4));
  const address = text.slice(colon + 3, end);
  if (credentials.test(address)) scan.emit('URL_CREDENTIALS', start, end, 0.95);
  else if (
    webSchemes.has(text.slice(start, colon).toLowerCase()) &&
    (namedHost.test(address) || numberHost.test(address))
  ) {
    scan.emit('URL', start, end, 0.8);
  }
}

/** The end of what reads as one address, without the punctuation of the sentence around it. */
function readUrl(text: string, from: number): number {
  rest.lastIndex = from;
  if (!rest.test(text)) return from;
  let end = rest.lastIndex;
  while (end > from && '.,;:!?\'")]*_'.includes(text.charAt(end - 1)) && !closes(text, from, end)) end -= 1;
  return end;
}

/** A closing bracket belongs to the address when its opening one does too. */
function closes(text: string, from: number, end: number): boolean {
  const last = text.charAt(end - 1);
  if (last === ']') return text.indexOf('[', from) >= 0 && text.indexOf('[', from) < end && end - from < 64;
  if (last !== ')' || end - from > 512) return false;
  const address = text.slice(from, end);
  return address.split('(').length >= address.split(')').length;
}

function bareHost(scan: Scan, dot: number): void {
  const { text } = scan;
  const next = text.charCodeAt(dot + 1);
  if (next < 0x61 || next > 0x7a || !isWordAt(text, dot - 1)) return;
  ending.lastIndex = dot;
  const match = ending.exec(text);
  if (match === null || !endings.has(match[1] ?? '')) return;
  let start = dot;
  while (start > 0 && dot - start < 128 && (isWordAt(text, start - 1) || '.-'.includes(text.charAt(start - 1))))
    start -= 1;
  while (start < dot && !isWordAt(text, start)) start += 1;
  const host = text.slice(start, dot);
  if (host.includes('_') || host.includes('..') || !/[\p{L}\d]{2}/u.test(host)) return;
  const after = text.charAt(ending.lastIndex);
  if (after === '(' || after === '=' || '@$/#'.includes(text.charAt(start - 1) || ' ')) return;
  const end = after === '/' || after === '?' || after === ':' ? readUrl(text, ending.lastIndex) : ending.lastIndex;
  scan.emit('URL', start, Math.max(end, ending.lastIndex), 0.55);
}
