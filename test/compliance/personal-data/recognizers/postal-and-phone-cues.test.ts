import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

/** The values of one type. */
function only(text: string, type: string): string[] {
  return found(text)
    .filter((one) => one.startsWith(`${type} `))
    .map((one) => one.slice(type.length + 1));
}

describe('phone numbers behind a cue, or of a form that says it', () => {
  it.each([
    ['They are not answering at 785 8949', '785 8949'],
    ['You can call 73 448 266 after noon', '73 448 266'],
    ['Office: (978)645-9740x12', '(978)645-9740x12'],
    ['Fax 833.719.3991', '833.719.3991'],
    ['Erreichbar unter 0171 / 2345 678', '0171 / 2345 678'],
  ])('%j', (text, value) => {
    expect(only(text, 'PHONE')).toEqual([value]);
  });

  it.each([
    'Order 785 8949 has been shipped',
    'Version 10.4.2 of 2026-05-01',
    'Invoice 73 448 266, amount 1 234 567',
    'Build 20260501.1234 took 833.719 s',
  ])('and none in %j', (text) => {
    expect(only(text, 'PHONE')).toEqual([]);
  });
});

describe('postal addresses of many countries', () => {
  it.each([
    ['Please ship it to: 28245 Puruntie 82 Apt. 595, LAPPEENRANTA', 'Puruntie 82'],
    ['My address is PSC 0413, Box 8144, APO AA 42323', 'APO AA 42323'],
    ['He lives at Via Franscini 71, 6900 Lugano', 'Via Franscini 71'],
    ['Anschrift: Am Alten Markt 7, 01067 Dresden', 'Am Alten Markt 7'],
  ])('%j', (text, part) => {
    expect(only(text, 'ADDRESS').join(' | ')).toContain(part);
  });

  it.each([
    'The way to 3 of 4 goals is long',
    'On page 12 of the street atlas, see figure 7',
    'Die Straße war gesperrt, 14 Fahrzeuge warteten',
  ])('and none in %j', (text) => {
    expect(only(text, 'ADDRESS')).toEqual([]);
  });
});
