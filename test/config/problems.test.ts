import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { problemsOf } from '../../src/config/problems.ts';

const schema = z.strictObject({ depth: z.enum(['basic', 'detailed']).optional(), n: z.array(z.int()).optional() });
const problems = (input: unknown) =>
  problemsOf(schema.safeParse(input).error?.issues ?? [], input, () => Object.keys(schema.shape));

describe('what is wrong with an input', () => {
  it('names key, value and what is allowed', () => {
    expect(problems({ depth: 'deepest' })[0]).toMatch(/^depth is "deepest": .*"basic"/);
    expect(problems({ dept: 1 })).toEqual(['dept is 1: unknown key; allowed: depth, n']);
  });

  // A pattern that looks for secrets in URLs took half a minute for 200 KB of this.
  it.each(['://', '?', '://a?', 'http://a:b@'])('is found at once in megabytes of %j', (part) => {
    const [problem = ''] = problems({ depth: part.repeat(2_000_000 / part.length) });
    expect(problem.length).toBeLessThan(300);
  });

  it('is told of the first of many, and how many there are', () => {
    const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`${'k'.repeat(50)}${index}`, 1]));
    const told = problems(many);
    expect(told).toHaveLength(6);
    expect(told.at(-1)).toBe('and 199995 more unknown keys');
    const list = problems({ n: Array.from({ length: 1_000 }, () => 'x') });
    expect(list).toHaveLength(21);
    expect(list.at(-1)).toBe('and 980 more');
  });

  it('cuts what is long', () => {
    const [problem = ''] = problems({ ['k'.repeat(10_000)]: 'v'.repeat(10_000) });
    expect(problem.length).toBeLessThan(300);
  });

  it('shows no secret of a URL, also where it is cut', () => {
    const secret = 'hunter2-very-secret';
    expect(problems({ depth: `https://u:${secret}@host/x` })[0]).not.toContain(secret);
    expect(problems({ depth: `https://host/x?token=${secret}` })[0]).not.toContain(secret);
  });
});
