import type { Activity } from './activity.ts';
import type { Tally } from './tally.ts';

/** One number of a period; null where nothing could be measured. */
export interface Figure {
  section: string;
  measure: string;
  value: number | null;
  unit: string;
}

/** Every number that a periodic report tells, section by section. */
export function figuresOf(activity: Activity): Figure[] {
  const { access, changes, erased, reports, pruned, unreadable, rows, refusals } = activity;
  return [
    ...operationFigures(activity),
    ...latencyFigures(activity),
    ...dataFigures(activity),
    ...tallied('access', 'calls', access),
    ...tallied('access', 'refused', refusals),
    ...tallied('changes', 'change', changes),
    figure('rights', 'people erased', erased.rows),
    ...tallied('audit', 'report', reports),
    figure('audit', 'rows', rows.rows),
    figure('audit', 'rows without content', pruned),
    figure('audit', 'rows that could not be read', unreadable),
  ];
}

function operationFigures({ operations }: Activity): Figure[] {
  const { total, slaPercent, slaRated, fallbacks, hedged, dryRuns, probes, simulated } = operations;
  return [
    figure('operations', 'total', total),
    ...tallied('operations', 'type', operations.types),
    ...tallied('operations', 'class', operations.classes),
    ...tallied('operations', 'path', operations.paths),
    ...tallied('operations', 'status', operations.statuses),
    ...tallied('operations', 'answered by', operations.recipients),
    figure('operations', 'SLA met', rounded(slaPercent), '%'),
    figure('operations', 'SLA could be met', slaRated),
    figure('operations', 'fallbacks', fallbacks),
    figure('operations', 'hedged', hedged),
    figure('operations', 'dry runs, not in the total', dryRuns),
    figure('operations', 'own probes, not in the total', probes),
    figure('operations', 'simulated', simulated),
    ...tallied('errors', 'code', operations.errors),
  ];
}

function latencyFigures({ operations }: Activity): Figure[] {
  return operations
    .latencies()
    .flatMap(([name, { p50Ms, p95Ms, p99Ms }]) => [
      figure('latency', `${name} p50`, p50Ms, 'ms'),
      figure('latency', `${name} p95`, p95Ms, 'ms'),
      figure('latency', `${name} p99`, p99Ms, 'ms'),
    ]);
}

function dataFigures({ personalData, gates }: Activity): Figure[] {
  const { looked, withFindings, kept, left, notLooked, types } = personalData;
  return [
    figure('personal data', 'operations looked at', looked),
    figure('personal data', 'operations with findings', withFindings),
    figure('personal data', 'operations not looked at', notLooked),
    figure('personal data', 'values kept back', kept),
    figure('personal data', 'values left as they were', left),
    ...tallied('personal data', 'type', types),
    figure('consent', 'operations that named a person or a purpose', gates.asked),
    figure('consent', 'operations that went on without a basis', gates.wentOn),
    ...tallied('consent', 'violation', gates.consent),
    figure('residency', 'operations that left the rule', gates.leftTheRule),
    ...tallied('residency', 'violation', gates.residency),
  ];
}

function figure(section: string, measure: string, value: number | null, unit = 'count'): Figure {
  return { section, measure, value, unit };
}

function tallied(section: string, what: string, tally: Tally): Figure[] {
  return tally.entries().map(([name, count]) => figure(section, `${what} ${name}`, count));
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 100) / 100;
}

/** A number of this period beside the one of the period before. */
export interface ComparedFigure extends Figure {
  previous: number | null;
  change: number | null;
}

/** Pairs the numbers of two periods; what one of them did not see counts as nothing there, where it is a count. */
export function compared(now: readonly Figure[], before: readonly Figure[]): ComparedFigure[] {
  const keyOf = ({ section, measure }: Figure) => `${section}\n${measure}`;
  const previous = new Map(before.map((known) => [keyOf(known), known]));
  const current = new Set(now.map(keyOf));
  const gone = before.filter((known) => !current.has(keyOf(known))).map((known) => ({ ...known, value: none(known) }));
  const order = [...new Set([...now, ...gone].map(({ section }) => section))];
  return [...now, ...gone]
    .map((known) => {
      const earlier = previous.get(keyOf(known));
      const value = earlier ? earlier.value : none(known);
      const change = known.value === null || value === null ? null : Math.round((known.value - value) * 1_000) / 1_000;
      return { ...known, previous: value, change };
    })
    .sort((a, b) => order.indexOf(a.section) - order.indexOf(b.section));
}

/** A count that was not seen is 0; a percentage or a latency that was not measured is not known. */
function none({ unit }: Figure): number | null {
  return unit === 'count' ? 0 : null;
}
