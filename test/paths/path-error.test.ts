import { describe, expect, it } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { errorClasses, PathError, traits } from '../../src/paths/path-error.ts';

describe('the fault matrix', () => {
  it.each(errorClasses)('has a row for %s', (errorClass) => {
    expect(traits[errorClass]).toEqual({
      retries: expect.any(Number),
      fallback: expect.any(Boolean),
      breaker: expect.any(Boolean),
      health: expect.any(Boolean),
    });
  });

  it("asks the other path for all but the caller's own faults and wishes", () => {
    expect(errorClasses.filter((errorClass) => !traits[errorClass].fallback)).toEqual(['caller', 'cancelled']);
    const harmless = ['caller', 'unavailable', 'cancelled'];
    expect(errorClasses.filter((errorClass) => !traits[errorClass].health)).toEqual(harmless);
  });

  it('retries only what may pass by itself, and holds neither throttling nor overload against the breaker', () => {
    const retried = errorClasses.filter((errorClass) => traits[errorClass].retries > 0);
    expect(retried).toEqual(['throttled', 'transient', 'network']);
    const uncounted = errorClasses.filter((errorClass) => !traits[errorClass].breaker);
    expect(uncounted).toEqual(['throttled', 'caller', 'overload', 'unavailable', 'cancelled']);
  });
});

it('PathError has a code, a remedy, its class and its cause', () => {
  const cause = new Error('socket');
  const fault = { path: 'mcp', errorClass: 'network', kind: 'ECONNRESET', message: 'gone', remedy: 'Look.' } as const;
  const error = new PathError({ ...fault, cause, retryAfterMs: 5 });
  expect(error).toBeInstanceOf(HybridRoutingError);
  expect(error).toMatchObject({ ...fault, name: 'PathError', code: 'mcp_network', cause, retryAfterMs: 5 });
});
