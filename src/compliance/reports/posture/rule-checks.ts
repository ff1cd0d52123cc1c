import { operationClasses } from '../../../config/operation-types.ts';
import { type Finding, reportCall } from '../control.ts';
import { isoTime } from '../period.ts';
import type { CheckDefinition, PostureFacts } from './check.ts';

function personalData({ config }: PostureFacts): Finding {
  const { modes } = config.personalData;
  const bare = operationClasses.filter((name) => modes[name] === 'off' || modes[name] === 'detect');
  if (bare.length === 0) return { status: 'pass', reason: 'Personal data is replaced or kept back in every class.' };
  const named = bare.map((name) => `${name} ${modes[name]}`).join(', ');
  return {
    status: 'fail',
    reason: `Personal data leaves as it is: personalData.modes ${named}.`,
    person: 'Set personalData.modes of these classes to tokenize, redact or block.',
  };
}

function consent({ config }: PostureFacts): Finding {
  const { mode } = config.consent;
  if (mode === 'enforce') return { status: 'pass', reason: 'Operations without a legal basis are refused.' };
  const person = 'Set consent.mode to enforce.';
  if (mode === 'log') return { status: 'warn', reason: 'Consent violations are recorded, and not refused.', person };
  return { status: 'fail', reason: 'consent.mode is off: no legal basis is looked at.', person };
}

function residency({ config }: PostureFacts): Finding {
  const { mode, strict } = config.residency;
  if (mode === 'enforce' && strict) return { status: 'pass', reason: 'Paths outside the allowed places are kept out.' };
  const next = reportCall('residency', 'see where each target answers');
  if (mode === 'off')
    return {
      status: 'fail',
      reason: 'residency.mode is off: no place is looked at.',
      next,
      person: 'Set residency.mode.',
    };
  const reason =
    mode === 'log'
      ? 'Places outside are recorded, and not refused (residency.mode log).'
      : 'Places that are not known are allowed (residency.strict false).';
  return { status: 'warn', reason, next, person: 'Set residency.mode to enforce and residency.strict to true.' };
}

function lockdown({ lockdown: active }: PostureFacts): Finding {
  if (!active) return { status: 'pass', reason: 'No lockdown is in force.' };
  return {
    status: 'warn',
    reason: `A lockdown is in force since ${isoTime(active.since)}, until ${isoTime(active.expiresAt)}.`,
    next: {
      tool: 'security_response',
      arguments: { action: 'lockdown', enable: false },
      why: 'lift it once it is safe',
    },
  };
}

function simulated({ config }: PostureFacts): Finding {
  if (!config.simulate) return { status: 'pass', reason: 'Real services are called.' };
  return { status: 'fail', reason: 'Answers come from the simulator.', person: 'Start without --simulate.' };
}

/** Levels at which SECURITY, ERROR and PII_DETECTED lines are all written, and nothing more than they need. */
function logLevel({ config }: PostureFacts): Finding {
  const level = config.logLevel;
  if (level === 'info') return { status: 'pass', reason: 'Security events are logged (logLevel info).' };
  const person = 'Set logLevel to info.';
  if (level === 'trace' || level === 'debug')
    return { status: 'warn', reason: `logLevel ${level} logs more than operation needs.`, person };
  if (level === 'warn') return { status: 'warn', reason: 'logLevel warn leaves PII_DETECTED lines out.', person };
  return { status: 'fail', reason: `logLevel ${level} leaves SECURITY lines out.`, person };
}

export const ruleChecks: readonly CheckDefinition[] = [
  { id: 'personal_data', title: 'Personal data kept from models', weight: 15, check: personalData },
  { id: 'consent', title: 'Consent enforced', weight: 10, check: consent },
  { id: 'residency', title: 'Residency enforced', weight: 10, check: residency },
  { id: 'lockdown', title: 'No lockdown', weight: 5, check: lockdown },
  { id: 'simulate', title: 'Not simulated', weight: 5, check: simulated },
  { id: 'log_level', title: 'Security events logged', weight: 5, check: logLevel },
];
