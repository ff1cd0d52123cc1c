import type { Finding } from '../control.ts';
import type { CheckDefinition, PostureFacts } from './check.ts';
import { plainTextTargets, remoteTargets } from './remote-targets.ts';

function folder({ folder: { open, looked, cause } }: PostureFacts): Finding {
  if (cause !== null) return { status: 'not_assessed', reason: `Permissions of the state folder: ${cause}.` };
  if (open.length === 0)
    return { status: 'pass', reason: `The state folder is its owner's alone (0700), ${looked} files.` };
  return {
    status: 'fail',
    reason: `Others may reach the state: ${open.join(', ')}.`,
    person: 'chmod -R go= the state folder, and find out who changed it.',
  };
}

function keys({ config }: PostureFacts): Finding {
  const { kmsKeyId, key } = config.store;
  if (kmsKeyId !== undefined) return { status: 'pass', reason: 'Keys at rest are wrapped by a KMS key.' };
  const reason =
    key === undefined
      ? 'Keys at rest are wrapped by master.key, which lies in the state folder.'
      : 'Keys at rest are wrapped by store.key, which lies where the configuration does.';
  return { status: 'warn', reason, person: 'Set store.kmsKeyId, where KMS is at hand.' };
}

function store({ log, cause }: PostureFacts): Finding {
  if (log) return { status: 'pass', reason: 'The state store answers.' };
  const next = { tool: 'health_check', arguments: { depth: 'detailed' }, why: 'see what is wrong with the store' };
  return { status: 'fail', reason: `The state store does not answer: ${cause}`, next };
}

function transport({ config }: PostureFacts): Finding {
  const targets = remoteTargets(config);
  if (targets.length === 0)
    return {
      status: 'not_applicable',
      reason: 'No address outside this machine is configured; AWS is called over TLS.',
    };
  const plain = plainTextTargets(targets);
  if (plain.length === 0)
    return { status: 'pass', reason: `TLS to all ${targets.length} addresses outside this machine.` };
  return {
    status: 'fail',
    reason: `No TLS to ${plain.map(({ name }) => name).join(', ')}.`,
    person: 'Use https (sslmode=verify-full for PostgreSQL) for them.',
  };
}

/** Variables are put in before anybody can look, so a secret that was written down looks like one that was not. */
function secrets(): Finding {
  return {
    status: 'not_assessed',
    reason: 'Whether secrets stand in the configuration as plain text cannot be told once it is loaded.',
    person: 'See that the configuration file names secrets as ${NAME} only.',
  };
}

export const systemChecks: readonly CheckDefinition[] = [
  { id: 'state_folder', title: 'State folder closed to others', weight: 10, check: folder },
  { id: 'keys_at_rest', title: 'Keys at rest in KMS', weight: 10, check: keys },
  { id: 'store', title: 'State store at hand', weight: 5, check: store },
  { id: 'transport', title: 'TLS to the outside', weight: 10, check: transport },
  { id: 'config_secrets', title: 'No secrets in the configuration', weight: 5, check: secrets },
];
