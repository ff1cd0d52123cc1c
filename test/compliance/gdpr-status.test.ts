import { expect, it } from 'vitest';
import { type Control, gdprStatus, worstOf } from '../../src/compliance/gdpr-status.ts';

it('passes no control that nothing measures, and gives each a reason', () => {
  for (const { status, reason } of gdprStatus()) {
    expect(status).toBe('not_assessed');
    expect(reason).not.toBe('');
  }
  expect(gdprStatus()).toHaveLength(7);
});

it.each<[Control['status'][], Control['status']]>([
  [[], 'pass'],
  [['pass', 'pass'], 'pass'],
  [['pass', 'not_applicable'], 'pass'],
  [['pass', 'not_assessed'], 'not_assessed'],
  [['not_assessed', 'warn'], 'warn'],
  [['warn', 'fail', 'not_assessed'], 'fail'],
])('the worst of %j is %s', (statuses, worst) => {
  expect(worstOf(statuses.map((status) => ({ article: 'a', title: 't', reason: 'r', status })))).toBe(worst);
});
