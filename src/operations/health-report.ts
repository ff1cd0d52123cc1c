import type { Stability } from '../health/stability.ts';
import type { ActiveOverride } from '../routing/overrides.ts';
import type { KpiTotals } from '../telemetry/kpi-minutes.ts';
import type { Kpi } from '../telemetry/kpis.ts';

/** What the daily report is made from: what is measured here, and nothing else. */
export interface ReportFacts {
  /** Milliseconds since 1970. */
  at: number;
  overall: string;
  kpis: readonly Kpi[];
  components: ReadonlyArray<{ name: string; status: string; cause: string | null }>;
  findings: readonly string[];
  /** Modes in force. */
  notices: readonly string[];
  stability: Stability;
  /** Of every process on this state; null where the store could not be read. */
  lastDay: KpiTotals | null;
  override: ActiveOverride | null;
  humanSteps: readonly string[];
  simulated: boolean;
}

/** The file name that the runbook gives the report of a day (UTC). */
export function reportFile(at: number): string {
  return `daily-health-${isoDay(at).replaceAll('-', '')}.md`;
}

/** The daily health report in the runbook's template ("Step 4: Documentation"). Pure. */
export function dailyReport(facts: ReportFacts): string {
  const { at, overall, stability, humanSteps, simulated } = facts;
  const issues = issueLines(facts);
  return [
    `# Daily Health Check - ${isoDay(at)}`,
    '',
    `Measured by this process in the last five minutes, at ${new Date(at).toISOString()}.`,
    ...(simulated ? ['SIMULATED: no real service was called.'] : []),
    '',
    '## System Status',
    `- Overall Health: ${overall.toUpperCase()}`,
    `- Routing Efficiency: ${measured(facts, 'Routing Efficiency', (value) => `${value.toFixed(1)} %`)}`,
    ...['Emergency Latency', 'Critical Latency', 'MCP Latency'].map((name) => {
      return `- ${name}: ${measured(facts, name, (value) => `${(value / 1_000).toFixed(2)} s, p95`)}`;
    }),
    `- Last 15 minutes: ${stability.verdict.replaceAll('_', ' ')}, ${stability.changes.length} status changes`,
    `- Last 24 hours: ${lastDayLine(facts)}`,
    '- CloudWatch alarms: not assessed (not read from here)',
    '',
    '## Issues Found',
    ...listed(issues, 'None'),
    '',
    '## Actions Taken',
    ...listed(actionLines(facts, issues), 'None required'),
    '',
    '## Next Steps',
    ...listed(humanSteps, issues.length > 0 ? 'See to the issues above' : 'Continue monitoring'),
    '',
  ].join('\n');
}

/** A rate of fewer operations than this says nothing (mission checklist, "Definitions"). */
const leastSamples = 20;

function lastDayLine({ lastDay }: ReportFacts): string {
  if (!lastDay) return 'not assessed (the state store is away)';
  const { answered, refused, failed, fellBack, eligible, efficient, minutes } = lastDay;
  const percent = (part: number, n: number) =>
    n < leastSamples ? 'not assessed' : `${((100 * part) / n).toFixed(1)} %`;
  return (
    `${answered} answered, ${failed} failed, ${refused} refused, ${fellBack} by fallback, in ${minutes} minutes of all processes; ` +
    `efficiency ${percent(efficient, eligible)}, errors ${percent(failed, answered + failed)}`
  );
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function measured({ kpis }: ReportFacts, name: string, shown: (value: number) => string): string {
  const kpi = kpis.find((candidate) => candidate.name === name);
  if (typeof kpi?.value !== 'number') return `not assessed (${kpi?.n ?? 0} operations)`;
  return `${shown(kpi.value)} [${kpi.band}, n=${kpi.n}]`;
}

/** Findings, what else components complain of, each cause once, and the KPIs that are out of their band. */
function issueLines({ findings, components, kpis }: ReportFacts): string[] {
  const causes = components.filter(
    ({ cause }) => cause !== null && !findings.some((finding) => cause.includes(finding) || finding.includes(cause)),
  );
  const sick = causes.filter(({ status }) => status === 'degraded');
  const out = kpis.filter(({ name, band }) => name !== 'System Health' && (band === 'warning' || band === 'critical'));
  return [
    ...findings,
    ...sick.map(({ name, cause }) => `${name} is degraded: ${cause}`),
    ...out.map(({ name, band, action }) => `${name} is ${band}: ${action}`),
  ];
}

/** What is in force here; what people did elsewhere is not known. */
function actionLines({ override, notices }: ReportFacts, issues: readonly string[]): string[] {
  const forced = override
    ? [`In force: ${override.route} first, until ${new Date(override.expiresAt).toISOString()} (${override.reason})`]
    : [];
  const known = [...forced, ...notices.map((notice) => `In force: ${notice}`)];
  if (known.length > 0 || issues.length === 0) return known;
  return ['not assessed: what people did is not recorded here; add it'];
}

function listed(lines: readonly string[], otherwise: string): string[] {
  return (lines.length > 0 ? lines : [otherwise]).map((line) => `- ${line}`);
}
