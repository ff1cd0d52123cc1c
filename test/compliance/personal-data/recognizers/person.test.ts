import { describe, expect, it } from 'vitest';
import { found } from '../found.ts';

describe('names', () => {
  it.each([
    ['Sehr geehrte Frau Quandthoff, anbei', 'Quandthoff'],
    ['Herr Prof. Dr. Breitenbücher sagt', 'Prof. Dr. Breitenbücher'],
    ['mit Herrn von der Leyen gesprochen', 'von der Leyen'],
    ['Dear Mr. O’Donnell, hello', 'Mr. O’Donnell'],
    ['Mme Lefèvre-Dupont est là', 'Lefèvre-Dupont'],
    ['Hallo Zsófia, wie geht es?', 'Zsófia'],
    ['my name is Xiomara Okonkwo', 'Xiomara Okonkwo'],
    ['ich heiße anna schmidt', 'anna schmidt'],
    ['Patient: Leberecht Pfaffinger', 'Leberecht Pfaffinger'],
    ['Mit freundlichen Grüßen\nWendelin Achterberg', 'Wendelin Achterberg'],
    ['Best regards,\n\nAoife', 'Aoife'],
    ['gestern kam Thomas Müller vorbei', 'Thomas Müller'],
    ['Thomas kam vorbei', 'Thomas'],
    ['MÜLLER, HANS', 'MÜLLER, HANS'],
    ['approved by J. Kowalski today', 'J. Kowalski'],
    ['{"name":"Quirin Ostrowitzki"}', 'Quirin Ostrowitzki'],
    ['Je m’appelle Chloé Dubois', 'Chloé Dubois'],
  ])('%s', (text, name) => {
    expect(found(text)).toContain(`PERSON ${name}`);
  });

  it.each([
    'Sehr geehrte Damen und Herren,',
    'Dear Customer, dear Sir or Madam,',
    'Hello World, this is it',
    'der Herr Präsident und die Frau Ministerin',
    'Will you mark the bill in May or June?',
    'Mark the date, bill the client.',
    'src/anna/index.ts and thomas@localhost',
    'Deploy to Frankfurt and New York',
    'The quick Brown Fox',
  ])('finds none in %s', (text) => {
    expect(found(text).filter((line) => line.startsWith('PERSON'))).toEqual([]);
  });
});

describe('addresses', () => {
  it.each([
    ['in der Goethestraße 12b, 10115 Berlin wohnt', 'Goethestraße 12b, 10115 Berlin'],
    ['Am Alten Markt 3, 18055 Rostock', 'Am Alten Markt 3, 18055 Rostock'],
    ['Straße des 17. Juni 135', 'Straße des 17. Juni 135'],
    ['Hauptstr. 5', 'Hauptstr. 5'],
    ['at 221B Baker Street, London NW1 6XE', '221B Baker Street, London NW1 6XE'],
    ['1600 Pennsylvania Ave NW, Washington, DC 20500', '1600 Pennsylvania Ave NW, Washington, DC 20500'],
    ['12 rue de la Paix, 75002 Paris', '12 rue de la Paix, 75002 Paris'],
    ['vivo en Calle Mayor 5', 'Calle Mayor 5'],
    ['Via Roma, 10', 'Via Roma, 10'],
    ['postcode SW1A 1AA', 'SW1A 1AA'],
  ])('%s', (text, value) => {
    expect(found(text)).toContain(`ADDRESS ${value}`);
  });

  it.each([
    'drive 5 miles and turn',
    'auf Platz 3 der Liste',
    'Der Markt wächst um 3 Prozent',
    'Street View in 2024',
    'im Jahr 2024',
    'Schritt 5',
  ])('finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('dates of birth', () => {
  it.each([
    ['geb. am 12.03.1980', '12.03.1980'],
    ['born on March 12, 1980', 'March 12, 1980'],
    ['born in Leeds on the 12th of March 1980', '12th of March 1980'],
    ['née le 12 mars 1980', '12 mars 1980'],
    ['DOB: 1980-03-12', '1980-03-12'],
    ['{"dateOfBirth":"1980-03-12"}', '1980-03-12'],
  ])('%s', (text, value) => {
    expect(found(text)).toContain(`DATE_OF_BIRTH ${value}`);
  });

  it('leaves other dates', () => {
    expect(found('Stand 12.03.1980, released March 12, 2020')).toEqual([]);
    expect(found('An idea was born. The release of 2020-03-12 followed')).toEqual([]);
  });
});

it('finds login names behind their label', () => {
  expect(found('username: max_muster99')).toEqual(['USERNAME max_muster99']);
  expect(found('the user is not known')).toEqual([]);
});
