import type { Evidence } from './evidence.ts';

export const controlStatuses = ['pass', 'warn', 'fail', 'not_assessed', 'not_applicable'] as const;
export type ControlStatus = (typeof controlStatuses)[number];

/** A tool call that can be made as it stands. */
export interface NextStep {
  tool: string;
  arguments: Record<string, unknown>;
  why: string;
}

/** One rule, held against what was measured. */
export interface Control {
  /** The rule's own name: `GDPR Art. 17`. */
  id: string;
  title: string;
  status: ControlStatus;
  /** What the status rests on, or why there is none. */
  reason: string;
  evidence: Evidence | null;
  /** The next call, where one helps. */
  next: NextStep | null;
  /** What only a person can do or judge; null where nothing is left to one. */
  person: string | null;
}

/** What a rule's own function says of it. */
export type Finding = Pick<Control, 'status' | 'reason'> & Partial<Control>;

export function control(id: string, title: string, finding: Finding): Control {
  return { id, title, evidence: null, next: null, person: null, ...finding };
}

/** The call of another report. */
export function reportCall(report: string, why: string): NextStep {
  return { tool: 'compliance_report', arguments: { report }, why };
}

/** The status of the whole: a failure outweighs a warning, and both outweigh what nobody has looked at. */
export function worstOf(controls: readonly Pick<Control, 'status'>[]): ControlStatus {
  const order = ['fail', 'warn', 'not_assessed', 'pass'] as const;
  return order.find((status) => controls.some((found) => found.status === status)) ?? 'not_applicable';
}

/** `3 pass, 1 warn`, in the order of the statuses, those that occur. */
export function statusCounts(controls: readonly Pick<Control, 'status'>[]): string {
  return controlStatuses
    .map((status) => [status, controls.filter((found) => found.status === status).length] as const)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

/** The calls that the controls name, each once; those of failures first. */
export function nextOf(controls: readonly Control[], most = 3): NextStep[] {
  const order = ['fail', 'warn', 'not_assessed'] as const;
  const calls = order.flatMap((status) => controls.filter((found) => found.status === status).map(({ next }) => next));
  const seen = new Map<string, NextStep>();
  for (const call of calls) if (call) seen.set(JSON.stringify([call.tool, call.arguments]), call);
  return [...seen.values()].slice(0, most);
}
