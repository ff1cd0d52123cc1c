import { describe, expect, it } from 'vitest';
import { createScanner } from '../../../../src/compliance/personal-data/scanner.ts';
import { found } from '../found.ts';

describe('e-mail addresses', () => {
  it.each([
    ['write to max.muster+news@mail.example.co.uk.', 'max.muster+news@mail.example.co.uk'],
    ['<jörg@müller-bau.de>', 'jörg@müller-bau.de'],
    ['mailto:a@xn--d1acufc.xn--p1ai', 'a@xn--d1acufc.xn--p1ai'],
    ['"o\'neil@example.org"', "o'neil@example.org"],
    ['anna (at) example (dot) org', 'anna (at) example (dot) org'],
    ['anna [at] example.org', 'anna [at] example.org'],
  ])('finds it in %s', (text, value) => {
    expect(found(text)).toContain(`EMAIL ${value}`);
  });

  it.each([
    'git@github.com:org/repo.git',
    'icon@2x.png',
    'user@localhost',
    'npm i react@18.2.0',
    '@decorator',
    'a @ b.de',
  ])('finds none in %s', (text) => {
    expect(found(text).filter((line) => line.startsWith('EMAIL'))).toEqual([]);
  });
});

describe('phone numbers', () => {
  it.each([
    ['Tel. +49 (0)30 1234567', '+49 (0)30 1234567'],
    ['Ruf an: 0171 1234567!', '0171 1234567'],
    ['0049 221 9876543', '0049 221 9876543'],
    ['(415) 555-0132', '(415) 555-0132'],
    ['call 415-555-0132 x123', '415-555-0132 x123'],
    ['06 12 34 56 78 (Paris)', '06 12 34 56 78'],
    ['Telefon: 12345678', '12345678'],
    ['tel:+493012345678', '+493012345678'],
    ['030/1234567', '030/1234567'],
  ])('finds it in %s', (text, value) => {
    expect(found(text)).toContain(`PHONE ${value}`);
  });

  it.each([
    'Order 2024-143072 of 2026-03-12T10:11:12',
    'EUR 1.234.567,89',
    '12.03.2026 14:30',
    'id 550e8400-e29b-41d4-a716-446655440000',
    '1 2 3 4 5 6 7 8 9 10',
    'seq 123456789 of 987654321',
    '192.168.100.100',
    'v10.20.30',
  ])('finds none in %s', (text) => {
    expect(found(text).filter((line) => line.startsWith('PHONE'))).toEqual([]);
  });

  it('takes national formats of the configured region only', () => {
    const isValid = (number: string, region: string): boolean => region === 'FR' && number === '0612345678';
    const french = createScanner({ phoneRegion: 'FR', phoneNumbers: { isValid } });
    const german = createScanner({ phoneRegion: 'DE', phoneNumbers: { isValid } });
    expect(french.scan('bis 0612345678 gezählt')).toMatchObject([{ type: 'PHONE' }]);
    expect(german.scan('bis 0612345678 gezählt')).toEqual([]);
  });

  it('stops asking the library within a window and takes the form instead', () => {
    let asked = 0;
    const isValid = (): boolean => {
      asked += 1;
      return false;
    };
    const text = '0301234567, '.repeat(300);
    const findings = createScanner({ phoneNumbers: { isValid } }).scan(text);
    expect(asked).toBe(32);
    expect(findings).toHaveLength(300 - 32);
  });
});

describe('network addresses', () => {
  it.each([
    ['from 192.168.2.1:8080 to 10.0.0.0/8', ['IP 192.168.2.1', 'IP 10.0.0.0/8']],
    ['[2001:db8::1]:443', ['IP 2001:db8::1']],
    ['fe80::1%eth0 is up', ['IP fe80::1%eth0']],
    ['::ffff:192.0.2.1', ['IP ::ffff:192.0.2.1']],
    ['mac 00:1A:2b:3c:4d:5e and AA-BB-CC-DD-EE-FF', ['MAC 00:1A:2b:3c:4d:5e', 'MAC AA-BB-CC-DD-EE-FF']],
    ['Version 1.2.3.4, 12:34:56, std::cout, a::b, 256.1.1.1, 2001::db8::1, ff:ff:ff:ff:ff:ff', []],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });
});

describe('web addresses', () => {
  it.each([
    ['see (https://example.org/a_(b)).', 'URL https://example.org/a_(b)'],
    ['www.example.museum/x', 'URL www.example.museum/x'],
    ['my page example.de', 'URL example.de'],
    ['postgres://app:s3cret@db:5432/main', 'URL_CREDENTIALS postgres://app:s3cret@db:5432/main'],
    ['https://max:pw@example.org/', 'URL_CREDENTIALS https://max:pw@example.org/'],
    ['https://example.org/?mail=a@b.de', 'URL https://example.org/?mail=a@b.de'],
  ])('%s', (text, expected) => {
    expect(found(text)).toEqual([expected]);
  });

  it.each([
    'java.net.Socket',
    'index.ts',
    'http://localhost:3000',
    'console.log(x)',
    'org.apache.commons',
    'z.B. so',
    'e.g.this',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
