import type { Control, ControlStatus } from '../control.ts';
import { evidenceText } from '../evidence.ts';
import type { GdprFacts } from '../gdpr/facts.ts';
import { markdownCode, markdownList, markdownTable, markdownText } from '../markdown.ts';
import { isoTime, periodText } from '../period.ts';
import type { PostureCheck } from '../posture/check.ts';
import { scoreOf } from '../posture/posture.ts';
import type { ProcessingRecord } from '../processing-records.ts';
import type { ReportRow } from '../report-body.ts';

export interface PackFacts {
  /** Milliseconds since 1970. */
  at: number;
  /** Name of the log. */
  origin: string;
  simulated: boolean;
  facts: GdprFacts;
  controls: readonly Control[];
  checks: readonly PostureCheck[];
  audit: {
    lines: readonly string[];
    status: ControlStatus;
    /** Signed head note; empty while the log is. */
    head: string;
    keys: readonly string[];
  };
}

/** The audit pack in Markdown. Pure. */
export function packDocument(pack: PackFacts): string {
  return [
    '# Audit pack',
    '',
    ...scope(pack),
    ...section('Controls', controlTable(pack.controls)),
    ...section('Records of processing', records(pack)),
    ...section('Security posture', posture(pack.checks)),
    ...section('Audit log', auditLog(pack)),
    ...section('To verify it yourself', verifying),
    ...section('For a person', personLines(pack)),
    ...section('Not covered', notCovered),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return ['', `## ${title}`, '', ...lines];
}

function scope({ at, origin, simulated, facts }: PackFacts): string[] {
  const { activity } = facts.read ?? {};
  return [
    `Made ${isoTime(at)} by the router itself, from its audit log ${markdownText(origin)}.`,
    ...(simulated ? ['', 'SIMULATED: no real service was called.'] : []),
    '',
    `- Period: ${periodText(facts.period)}`,
    `- Rows: ${activity?.rows.rows ?? 0}; ${activity?.pruned ?? 0} without content, ${activity?.unreadable ?? 0} that could not be read`,
    `- Operations: ${activity?.operations.total ?? 0}, of these simulated ${activity?.operations.simulated ?? 0}`,
  ];
}

function controlTable(controls: readonly Control[]): string[] {
  const rows = controls.map(({ id, title, status, reason, evidence }) => {
    return [id, title, status, reason, evidenceText(evidence)];
  });
  return markdownTable(['control', 'title', 'status', 'reason', 'evidence'], rows);
}

const recordColumns = ['operation', 'purpose', 'operations', 'categories', 'recipients', 'evidence'] as const;

/** The lines of the record of processing, as rows of an answer. */
export function recordRows(records: readonly ProcessingRecord[]): ReportRow[] {
  return records.map(({ operation, purpose, operations, categories, recipients, evidence }) => ({
    operation,
    purpose,
    operations,
    categories: categories.text(10),
    recipients: recipients.text(10),
    evidence: evidenceText(evidence),
  }));
}

function records({ facts: { read, cause } }: PackFacts): string[] {
  if (!read) return [`Not assessed: ${markdownText(cause)}`];
  const rows = recordRows(read.activity.processing.list());
  if (rows.length === 0) return ['No operation was routed in this period.'];
  return markdownTable(
    recordColumns,
    rows.map((row) => recordColumns.map((column) => row[column])),
  );
}

function posture(checks: readonly PostureCheck[]): string[] {
  const { score, coverage } = scoreOf(checks);
  const rows = checks.map(({ title, weight, status, reason }) => [title, weight, status, reason]);
  return [
    `Score ${score ?? 'not assessed'} of 100, over ${coverage} % of the weight.`,
    '',
    ...markdownTable(['check', 'weight', 'status', 'reason'], rows),
  ];
}

function auditLog({ audit: { lines, status, head, keys } }: PackFacts): string[] {
  return [
    `Status: ${status}`,
    '',
    ...markdownList(lines),
    ...(head === '' ? [] : ['', 'Signed head:', '', ...markdownCode(head)]),
    '',
    'Public keys, to be compared with those that you were given by another way:',
    '',
    ...markdownCode(keys.join('\n')),
  ];
}

const verifying = [
  'Have the operator export the log, and check the file on a machine of your own:',
  '',
  ...markdownCode(
    'hybrid-routing-mcp audit export --out audit.jsonl\nhybrid-routing-mcp audit verify audit.jsonl --key KEY',
  ),
  '',
  'KEY is a line from above, taken from another place than the file. Exit status 0: whole, 1: broken, 2: unreadable. The format is',
  'canonical JSON lines, RFC 6962 hashes and C2SP signed notes: nothing needs this program.',
];

/** Each step once, with the controls that leave it to a person. */
function personLines({ controls, checks }: PackFacts): string[] {
  const steps = new Map<string, string[]>();
  for (const { id, person } of [...controls, ...checks])
    if (person) steps.set(person, [...(steps.get(person) ?? []), id]);
  return [...steps].map(([step, ids]) => `- ${markdownText(step)} (${ids.join(', ')})`);
}

const notCovered = [
  '- What was never written: a process that was made not to log, logs nothing.',
  '- Contracts, notices, the judgement of risk, and everything else that a person decides.',
  '- What the services that were called do with the data, and copies elsewhere (backups, exports, their logs).',
  '- Personal data that the recognisers did not find: no recogniser finds all.',
  '- The statement itself: it is made by the system that it tells of. The export and its signatures are the evidence.',
];
