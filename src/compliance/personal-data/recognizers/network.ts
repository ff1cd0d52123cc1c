import { isDigitAt, isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

const part = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ipv4 = new RegExp(`${part}(?:\\.${part}){3}(?![\\d\\p{L}_])`, 'uy');
const prefixLength = /\/\d{1,3}(?!\d)/y;
const run6 = /[\da-f:.]{2,45}/iy;
const zone = /%[\w.-]{1,16}/y;
const v4Tail = new RegExp(`^${part}(?:\\.${part}){3}$`);

/** IPv4 and IPv6 addresses, with the length of a prefix. */
export const ip: Recognizer = {
  types: ['IP'],
  cues: {
    ip: 'ip ips ipv4 ipv6 address adresse host server gateway subnet src dst source client remote unspecified loopback',
    version: 'version versions v ver release build rev firmware oid section abschnitt kapitel chapter §',
  },
  numbers: [{ from: 1, to: 3, followedBy: '.' }],
  chars: ':',
  atToken: (scan, start) => {
    const { text } = scan;
    if (text.charCodeAt(start - 1) === 0x2e || isWordAt(text, start - 1)) return;
    ipv4.lastIndex = start;
    if (!ipv4.test(text)) return;
    const end = withPrefix(text, ipv4.lastIndex, 32);
    const version = scan.cued('version', start, 12) && !scan.cued('ip', start, 24);
    scan.emit('IP', start, end, version ? 0.2 : 0.85);
  },
  atChar: (scan, index) => {
    const start = start6(scan.text, index);
    if (start >= 0) address6(scan, start);
  },
};

/** The start of an IPv6 address whose first colon is at `colon`, or -1. */
function start6(text: string, colon: number): number {
  let start = colon;
  while (start > 0 && colon - start < 5 && isHexAt(text, start - 1)) start -= 1;
  const before = text.charCodeAt(start - 1);
  if (isWordAt(text, start - 1) || before === 0x3a || before === 0x2e || colon - start > 4) return -1;
  const next = text.charCodeAt(colon + 1);
  return next === 0x3a || (start < colon && hasSecondColon(text, colon + 1)) ? start : -1;
}

/** Whether another group ends in a colon: "a:b" alone is no address. */
function hasSecondColon(text: string, from: number): boolean {
  let index = from;
  while (index - from < 4 && isHexAt(text, index)) index += 1;
  return index > from && text.charCodeAt(index) === 0x3a;
}

function address6(scan: Scan, start: number): void {
  const { text } = scan;
  run6.lastIndex = start;
  if (!run6.test(text)) return;
  let end = run6.lastIndex;
  while (text.charCodeAt(end - 1) === 0x2e) end -= 1;
  if (text.charCodeAt(end - 1) === 0x3a && text.charCodeAt(end - 2) !== 0x3a) end -= 1;
  const value = text.slice(start, end);
  if (isWordAt(text, end) || !valid6(value)) return;
  zone.lastIndex = end;
  if (zone.test(text)) end = zone.lastIndex;
  scan.emit('IP', start, withPrefix(text, end, 128), confidence6(scan, value, start, end));
}

/** RFC 4291 text forms: eight groups, or fewer around one `::`, the last two perhaps as an IPv4 address. */
export function valid6(value: string): boolean {
  const halves = value.split('::');
  if (halves.length > 2 || value.includes(':::')) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1);
  let count = groups.length;
  if (last?.includes('.')) {
    if (!v4Tail.test(last)) return false;
    groups.pop();
    count += 1;
  }
  return (halves.length === 2 ? count <= 7 : count === 8) && groups.every((group) => /^[\da-f]{1,4}$/i.test(group));
}

/** `::` and `a::b` are also operators of programming languages. */
function confidence6(scan: Scan, value: string, start: number, end: number): number {
  const cued = scan.cued('ip', start, 24);
  if (value === '::') return cued || /^\/\d/.test(scan.text.slice(end, end + 2)) ? 0.8 : 0.2;
  if (value.split(':').length > 6 || (/^(?:::|[\da-f]*\d|f[ed])/i.test(value) && /\d|::f/i.test(value))) return 0.9;
  return cued || scan.whole(start, end) ? 0.8 : 0.3;
}

function withPrefix(text: string, end: number, most: number): number {
  prefixLength.lastIndex = end;
  if (!prefixLength.test(text)) return end;
  return Number(text.slice(end + 1, prefixLength.lastIndex)) <= most ? prefixLength.lastIndex : end;
}

function isHexAt(text: string, index: number): boolean {
  if (isDigitAt(text, index)) return true;
  const code = text.charCodeAt(index) | 0x20;
  return code >= 0x61 && code <= 0x66;
}

const macPairs = /[\da-f]{2}([:-])(?:[\da-f]{2}\1){4}[\da-f]{2}(?![\da-f]|\1[\da-f]{2})/iy;
const macDots = /[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}(?![\w.])/iy;

/** Hardware addresses in pairs (IEEE 802) or in groups of four (Cisco). */
export const mac: Recognizer = {
  types: ['MAC'],
  cues: { mac: 'mac macs hardware physical ethernet wlan bluetooth' },
  chars: ':-.',
  atChar: (scan, index) => {
    const { text } = scan;
    const dotted = text.charCodeAt(index) === 0x2e;
    const start = index - (dotted ? 4 : 2);
    if (start < 0 || !isHexAt(text, start) || !isHexAt(text, index - 1) || isJoined(text, start - 1)) return;
    const form = dotted ? macDots : macPairs;
    form.lastIndex = start;
    if (!form.test(text) || isWordAt(text, form.lastIndex)) return;
    const value = text.slice(start, form.lastIndex);
    if (/^(?:f|[^\w])+$/i.test(value) || /^(?:0|[^\w])+$/.test(value)) return; // broadcast and the unset address
    scan.emit('MAC', start, form.lastIndex, dotted && !/\d/.test(value) && !scan.cued('mac', start) ? 0.4 : 0.9);
  },
};

function isJoined(text: string, index: number): boolean {
  return isWordAt(text, index) || ':-.'.includes(text.charAt(index) || ' ');
}
