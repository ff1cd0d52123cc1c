import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

describe('German numbers', () => {
  it.each([
    ['Steuer-ID 12 345 678 903', 'DE_TAX_ID 12 345 678 903'],
    ['Nummer 86095742719 im Bescheid', 'DE_TAX_ID 86095742719'],
    ['USt-IdNr. DE 136 695 976', 'DE_VAT_ID DE 136 695 976'],
    ['St.-Nr. 123/456/78901', 'DE_TAX_NUMBER 123/456/78901'],
    ['Rentenversicherungsnummer 15 070649 C 103', 'DE_SOCIAL_SECURITY 15 070649 C 103'],
    ['im Text 15070649C103 steht', 'DE_SOCIAL_SECURITY 15070649C103'],
    ['Personalausweis L01X00T44', 'DE_ID_CARD L01X00T44'],
    ['Reisepass C01234565', 'DE_PASSPORT C01234565'],
    ['Krankenversicherung A123456780', 'DE_HEALTH_INSURANCE A123456780'],
    ['Führerschein BO12345678A', 'DE_DRIVER_LICENSE BO12345678A'],
    ['HRB 12345 B', 'DE_HANDELSREGISTER HRB 12345 B'],
    ['das Auto B-AB 1234 parkt', 'DE_KFZ B-AB 1234'],
    ['Kennzeichen HH AB 12E', 'DE_KFZ HH AB 12E'],
    ['PLZ 80331', 'DE_PLZ 80331'],
    ['D-10115', 'DE_PLZ 10115'],
  ])('%s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'Zahl 86095742718 im Text', // check digit
    'Zahl 11112345678 im Text', // four equal digits
    'Code 15070649C104 im Text',
    'Code C01234565 im Text', // a passport's form, but nothing says so
    'Artikel BO12345678A',
    'HRC 12345',
    'Q3 A 12, XQ-AB 1234', // no such district
    'Platz 10115, 12345 Zeilen, 1768234567890',
    'DE1234567890',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('takes a bare value when it is the whole text, as in a form field', () => {
    expect(found('10115')).toEqual(['DE_PLZ 10115']);
    expect(found('10115', { context: 'count' })).toEqual([]);
    expect(found('10115', { context: 'postalCode' })).toEqual(['DE_PLZ 10115']);
  });
});
