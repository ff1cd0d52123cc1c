import { describe, expect, it } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { errorClasses, PathError, traits } from '../../src/paths/path-error.ts';

describe('the fault matrix', () => {
  it.each(errorClasses)('has a row for %s', (errorClass) => {
    expect(traits[errorClass]).toEqual({ fallback: expect.any(Boolean), lowersHealth: expect.any(Boolean) });
  });

  it("asks the other path for all but the caller's own faults and wishes", () => {
    expect(errorClasses.filter((errorClass) => !traits[errorClass].fallback)).toEqual(['caller', 'cancelled']);
    expect(errorClasses.filter((errorClass) => !traits[errorClass].lowersHealth)).toEqual(['caller', 'cancelled']);
  });
});

it('PathError has a code, a remedy, its class and its cause', () => {
  const cause = new Error('socket');
  const fault = { path: 'mcp', errorClass: 'network', kind: 'ECONNRESET', message: 'gone', remedy: 'Look.' } as const;
  const error = new PathError({ ...fault, cause, retryAfterMs: 5 });
  expect(error).toBeInstanceOf(HybridRoutingError);
  expect(error).toMatchObject({ ...fault, name: 'PathError', code: 'mcp_network', cause, retryAfterMs: 5 });
});
