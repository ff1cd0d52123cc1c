import type { CountryCode } from 'libphonenumber-js/min';

/** The numbering plans of the world, as libphonenumber knows them. */
export interface PhoneNumbers {
  /** Whether the number (with `+`, or national in `region`) is of a length and range that is given out. */
  isValid(number: string, region: string): boolean;
}

/** Loads the library (about 60 ms, once a process): never on the way of a cold start, only when a text has digits. */
export async function loadPhoneNumbers(): Promise<PhoneNumbers> {
  const { isSupportedCountry, parsePhoneNumberFromString } = await import('libphonenumber-js/min');
  const known = (region: string): CountryCode | undefined => (isSupportedCountry(region) ? region : undefined);
  return {
    isValid: (number, region) => {
      const country = known(region);
      const parsed = country ? parsePhoneNumberFromString(number, country) : parsePhoneNumberFromString(number);
      return parsed?.isValid() ?? false;
    },
  };
}
