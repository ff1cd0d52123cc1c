import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

describe('numbers of other countries', () => {
  it.each([
    ['SSN: 536-90-4399', 'US_SSN 536-90-4399'],
    ['his NI number is AB 12 34 56 C', 'UK_NINO AB 12 34 56 C'],
    ['NHS number 943 476 5919', 'UK_NHS 943 476 5919'],
    ['NIR 2 55 08 14 168 025 38', 'NATIONAL_ID 2 55 08 14 168 025 38'],
    ['DNI 12345678Z', 'NATIONAL_ID 12345678Z'],
    ['NIE X1234567L', 'NATIONAL_ID X1234567L'],
    ['codice fiscale RSSMRA85T10A562S', 'NATIONAL_ID RSSMRA85T10A562S'],
    ['BSN 111222333', 'NATIONAL_ID 111222333'],
    ['AHV 756.9217.0769.85', 'NATIONAL_ID 756.9217.0769.85'],
    ['PESEL 44051401359', 'NATIONAL_ID 44051401359'],
    ['CPF 529.982.247-25', 'NATIONAL_ID 529.982.247-25'],
    ['personnummer 811218-9876', 'NATIONAL_ID 811218-9876'],
    ['HETU 131052-308T', 'NATIONAL_ID 131052-308T'],
    ['Aadhaar 2341 2341 2346', 'NATIONAL_ID 2341 2341 2346'],
    ['NRIC S1234567D', 'NATIONAL_ID S1234567D'],
    ['IMEI 490154203237518', 'IMEI 490154203237518'],
    ['VIN 1M8GDM9AXKP042788', 'VIN 1M8GDM9AXKP042788'],
    ['GPS 52.520008, 13.404954', 'GEO_COORDINATE 52.520008, 13.404954'],
    ['passport number X1234567', 'PASSPORT X1234567'],
    ["driver's license D123-4567-8901", 'DRIVER_LICENSE D123-4567-8901'],
    ['Kundennummer: 4711-0815', 'ID_NUMBER 4711-0815'],
  ])('%s', (text, expected) => {
    expect(found(text)).toContain(expected);
  });

  it.each([
    'number 943 476 5918',
    'code 12345678A',
    'code RSSMRA85T10A562X',
    'number 756.9217.0769.86',
    'code 529.982.247-26',
    'ISBN 978-3-16-148410-0',
    'sum 111222333',
    'the license is MIT, 2024',
    'client 2024-01-15',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});
