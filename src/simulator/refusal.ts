import type { z } from 'zod';
import { matchSchema, ruleSchema } from './rule-schema.ts';
import type { Refusal } from './state-schema.ts';

type Issue = z.core.$ZodIssue;

/** Turns a failed check into an answer that names each field and says what is allowed there. */
export function refusal(error: z.ZodError): Refusal {
  const issues = error.issues.map((issue) => {
    const allowed = allowedValues(issue);
    return { field: fieldName(issue), message: whatIsWrong(issue), ...(allowed === undefined ? {} : { allowed }) };
  });
  const message = issues
    .map(({ field, message, allowed }) => `${field}: ${message}${allowed ? ` (allowed: ${allowed.join(', ')})` : ''}`)
    .join('; ');
  return { error: 'InvalidRequest', message, issues };
}

export function plainRefusal(error: string, message: string): Refusal {
  return { error, message, issues: [] };
}

function fieldName(issue: Issue): string {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') path.push(issue.keys.join(','));
  return path.join('.') || 'body';
}

function whatIsWrong(issue: Issue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'no such field';
    case 'invalid_value':
    case 'invalid_union':
      return 'not a known value';
    default:
      return issue.message;
  }
}

function allowedValues(issue: Issue): string[] | undefined {
  switch (issue.code) {
    case 'invalid_value':
      return issue.values.map(String);
    case 'invalid_union':
      return 'options' in issue ? issue.options?.map(String) : undefined;
    case 'too_small':
      return [`${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`];
    case 'too_big':
      return [`${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`];
    case 'invalid_type':
      return [issue.expected];
    case 'unrecognized_keys':
      return knownFields(issue.path);
    default:
      return undefined;
  }
}

/** The fields of a rule, or of its `match`; a fault's own fields depend on its kind. */
function knownFields(path: PropertyKey[]): string[] | undefined {
  const [last] = path.slice(-1);
  if (last === 'match') return Object.keys(matchSchema.shape);
  return last === undefined || typeof last === 'number' ? Object.keys(ruleSchema.shape) : undefined;
}
