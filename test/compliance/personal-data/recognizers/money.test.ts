import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

describe('account numbers', () => {
  it.each([
    'DE89 3704 0044 0532 0130 00',
    'DE89370400440532013000',
    'de89 3704 0044 0532 0130 00',
    'GB29-NWBK-6016-1331-9268-19',
    'LC55HEMM000100010012001200023015',
  ])('finds the IBAN %s', (value) => {
    expect(found(`Konto ${value}, danke`)).toEqual([`IBAN ${value}`]);
  });

  it('keeps a mistyped IBAN as an account number, but only behind its name', () => {
    expect(found('IBAN: DE89 3704 0044 0532 0130 01')).toEqual(['ACCOUNT_NUMBER DE89 3704 0044 0532 0130 01']);
    expect(found('hash DE89370400440532013001').filter((line) => line.startsWith('IBAN'))).toEqual([]);
  });

  it('finds a BIC behind its name only', () => {
    expect(found('BIC: COBADEFFXXX')).toEqual(['BIC COBADEFFXXX']);
    expect(found('the word COBADEFF')).toEqual([]);
  });

  it('finds any number that is called an account number, and no order number', () => {
    expect(found('account number 4711-0815')).toEqual(['ACCOUNT_NUMBER 4711-0815']);
    expect(found('order number 4711-0815')).toEqual([]);
  });
});

describe('payment cards', () => {
  it.each(['4111111111111111', '4111 1111 1111 1111', '4111-1111-1111-1111', '3714 496353 98431', '5555555555554444'])(
    'finds %s',
    (value) => {
      expect(found(`paid with ${value} today`)).toEqual([`CREDIT_CARD ${value}`]);
    },
  );

  it.each(['4111111111111112', '1234567812345678', '0.4111111111111111', 'a4111111111111111', '4111111111111111-0000'])(
    'finds none in %s',
    (value) => {
      expect(found(`sum ${value} today`)).toEqual([]);
    },
  );

  it('finds a security code behind its name', () => {
    expect(found('CVV: 123')).toEqual(['PIN 123']);
    expect(found('PIN lautet 4711')).toEqual(['PIN 4711']);
  });
});

describe('wallets', () => {
  it('takes an address with the right checksum and none with a wrong one', () => {
    expect(found('to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ')).toEqual(['CRYPTO 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ']);
    expect(found('to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyY')).toEqual([]);
    expect(found('bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq')).toHaveLength(1);
    expect(found('bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp')).toEqual([]);
    expect(found('0x52908400098527886E0F7030069857D2E4169EE7')).toHaveLength(1);
  });
});
