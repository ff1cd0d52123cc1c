import { createHash } from 'node:crypto';
import { isWordAt } from '../characters.ts';
import type { Recognizer, Scan } from '../recognizer.ts';

const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const segwit = /^(?:bc1|ltc1|tb1)[02-9ac-hj-np-z]{11,87}$/;

/** Wallet addresses: Bitcoin, Litecoin and Dogecoin by their checksum, Ethereum and Monero by their form. */
export const crypto: Recognizer = {
  types: ['CRYPTO'],
  cues: { wallet: 'wallet bitcoin btc ethereum eth litecoin ltc dogecoin monero xmr crypto ripple xrp' },
  mixed: [{ from: 26, to: 64 }],
  atToken: (scan, start, end) => {
    if (end - start > 110 || isWordAt(scan.text, start - 1) || isWordAt(scan.text, end)) return;
    const value = scan.text.slice(start, end);
    const confidence = judge(scan, value, scan.cued('wallet', start));
    if (confidence > 0) scan.emit('CRYPTO', start, end, confidence);
  },
};

function judge(scan: Scan, value: string, cued: boolean): number {
  if (/^0x[\da-f]{40}$/i.test(value)) return cued ? 0.95 : 0.7;
  const lower = value.toLowerCase();
  if (segwit.test(lower) && (value === lower || value === value.toUpperCase())) return isBech32(lower) ? 0.98 : 0;
  if (/^[13LMDA9][1-9A-HJ-NP-Za-km-z]{25,34}$/.test(value)) {
    if (!scan.spend() || isBase58Check(value)) return 0.98; // past the budget the form decides
  }
  if (/^4[1-9A-HJ-NP-Za-km-z]{94}$/.test(value)) return cued ? 0.95 : 0.7;
  if (cued && /^(?:[13LMDr][1-9A-HJ-NP-Za-km-z]{25,34})$/.test(value)) return /\d/.test(value) ? 0.45 : 0;
  return 0;
}

/** Base58Check: the last four of 25 bytes are the start of the double SHA-256 of the others. */
function isBase58Check(value: string): boolean {
  let number = 0n;
  // Nine digits of base 58 are the most that a double holds exactly; big integers are slow.
  for (let from = 0; from < value.length; from += 9) {
    const digits = value.slice(from, from + 9);
    let part = 0;
    for (const char of digits) part = part * 58 + base58.indexOf(char);
    number = number * BigInt(58 ** digits.length) + BigInt(part);
  }
  const hex = number.toString(16).padStart(50, '0');
  if (hex.length !== 50) return false;
  const bytes = Buffer.from(hex, 'hex');
  const sha256 = (data: Buffer): Buffer => createHash('sha256').update(data).digest();
  return sha256(sha256(bytes.subarray(0, 21)))
    .subarray(0, 4)
    .equals(bytes.subarray(21));
}

/** BIP 173 and BIP 350: the checksum polynomial ends in 1 (bech32) or in 0x2bc830a3 (bech32m). */
function isBech32(address: string): boolean {
  const split = address.lastIndexOf('1');
  const prefix = address.slice(0, split);
  const high = [...prefix].map((char) => char.charCodeAt(0) >> 5);
  const low = [...prefix].map((char) => char.charCodeAt(0) & 31);
  const data = [...address.slice(split + 1)].map((char) => bech32Letters.indexOf(char));
  const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
  let check = 1;
  for (const value of [...high, 0, ...low, ...data]) {
    const top = check >>> 25;
    check = ((check & 0x1ffffff) << 5) ^ value;
    generator.forEach((step, bit) => {
      if ((top >> bit) & 1) check ^= step;
    });
  }
  return check === 1 || check === 0x2bc830a3;
}
