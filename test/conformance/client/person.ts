import type { Person } from '../../../src/paths/upstream-login.ts';

/** The person at the browser: the suite's authorization server agrees at once, so its redirect is the answer. */
export const agreeing: Person = async (authorizationUrl) => {
  const response = await fetch(authorizationUrl, { redirect: 'manual' });
  const location = response.headers.get('location');
  if (location === null) throw new Error(`The authorization server does not redirect (HTTP ${response.status})`);
  return new URL(location).searchParams;
};
