import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { processSpace, thisProcess } from '../../../src/store/process-identity.ts';
import { endOf, isGone, processWord, silentMs } from '../../../src/support/background/handle.ts';
import { type OperationResult, operationStatuses } from '../../../src/support/operation.ts';
import { operationRequest } from '../../support-files/requests.ts';
import { scriptedApp } from '../../support-files/scripted-app.ts';

const planned = scriptedApp().support.planned(operationRequest(), 'op-1');
const error = (code: string) => ({ code, message: 'm', remedy: 'r' });

describe('endOf', () => {
  it.each([
    ['cancelled', 'failed', 'cancelled'],
    ['cancelled', 'refused', 'cancelled'],
    ['shutting_down', 'failed', 'interrupted'],
    ['unavailable', 'failed', 'failed'],
    ['too_large', 'refused', 'refused'],
  ] as const)('of %s (%s) is %s', (code, status, end) => {
    expect(endOf({ ...planned, status, error: error(code) }).status).toBe(end);
  });

  it('leaves an answer as it is', () => {
    const answered: OperationResult = { ...planned, status: 'answered', answer: 'x' };
    expect(endOf(answered)).toEqual(answered);
  });

  it('says what to do about an interruption', () => {
    const end = endOf({ ...planned, status: 'failed', error: error('shutting_down') });
    expect(end.error).toMatchObject({ code: 'interrupted', remedy: expect.stringContaining('idempotencyKey') });
  });

  it('gives the same end for an end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...operationStatuses.filter((status) => status !== 'running')),
        fc.constantFrom('cancelled', 'shutting_down', 'interrupted', 'unavailable', null),
        (status, code) => {
          const end = endOf({ ...planned, status, error: code === null ? null : error(code) });
          expect(endOf(end)).toEqual(end);
        },
      ),
    );
  });
});

describe('isGone', () => {
  const now = 1_000_000;
  // Above every pid_max.
  const ended = `${processSpace}/99999999/1`;

  it.each([
    ['this process', processWord(thisProcess), now, false],
    ['one of this machine that has ended', ended, now, true],
    [
      'another that has taken the number of this one',
      `${processSpace}/${process.pid}/1`,
      now,
      thisProcess.start !== '',
    ],
    ['one elsewhere', 'elsewhere/99999999/1', now, false],
    ['one elsewhere that is silent', 'elsewhere/99999999/1', now - silentMs - 1, true],
    ['one that runs and is silent', processWord(thisProcess), now - silentMs - 1, true],
  ])('of %s', (_, word, seenAt, gone) => {
    expect(isGone({ process: word, seenAt }, now)).toBe(gone);
  });
});
