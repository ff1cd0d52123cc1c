import { otherPath, type PathName } from '../../src/config/operation-types.ts';
import type { Rule } from '../../src/simulator/rule-schema.ts';
import type { RunningServer } from '../e2e/harness/server.ts';
import { type Asked, ask, limitOf, problemsOf, type Question } from './ask.ts';
import { type Effects, effectsOf, effectsText, type FaultClass } from './effects.ts';
import { healthProblems, operationProblems, wireProblems } from './fault-checks.ts';
import { healthOf } from './health-view.ts';
import type { Outcome, Row, Stage } from './row.ts';
import { callsOn, onThePath, settled, toConnect, toKnowP95, warmUp } from './traffic.ts';
import { failuresToOpen, type World } from './world.ts';

/** A row of the fault matrix: what one path meets, and what must follow from it. */
export interface FaultRow {
  path: PathName;
  fault: string;
  /** What the simulator does on this path; null where the row needs no rule. */
  inject: Rule['fault'] | null;
  /** Which calls of the service meet it; all that it can touch by default. */
  match?: Rule['match'];
  /** How often; always by default. */
  times?: number;
  /** Class of the fault; null where the path recovers by itself, so that the operation reports none. */
  errorClass: FaultClass | null;
  /** Where the row differs from its class. */
  effects?: Partial<Effects>;
  world?: World;
  deadlineMs?: number;
  /** Asks for progress, which on the direct path means a stream. */
  stream?: boolean;
  /** The fault is there before the server starts. */
  cold?: boolean;
  /** Calls of the one operation that reach the faulty service. By default the first and its retries. */
  calls?: number;
  /** How the answer comes about where it is none by fallback or refusal. */
  answered?: { stopReason: string };
}

const unharmed: Effects = { retries: 0, fallback: false, breaker: 'unmoved', lowersHealth: false };

export function faultRow(spec: FaultRow): Row {
  return { path: spec.path, fault: spec.fault, play: (stage) => play(spec, stage) };
}

async function play(spec: FaultRow, stage: Stage): Promise<Outcome> {
  const { path, errorClass } = spec;
  const expected = { ...(errorClass === null ? unharmed : effectsOf[errorClass]), ...spec.effects };
  const server = await begin(spec, stage);
  const question = questionOf(spec);
  const before = await callsOn(stage, question.operation);
  const asked = await ask(server, question, spec.stream);
  const after = await callsOn(stage, question.operation);
  const health = await healthOf(server, path);
  const { result } = asked;
  const problems = [
    ...problemsOf(asked, question),
    ...operationProblems(spec, expected, asked),
    ...wireProblems(spec, expected, { here: after[path] - before[path], there: otherCalls(path, before, after) }),
    ...healthProblems(expected, health),
    ...(await breakerProblems(spec, expected, server, stage)),
    // A process that ends takes its calls along: nobody ends them in the books.
    ...(spec.inject?.kind === 'exit' ? [] : await settled(stage)),
  ];
  return {
    errorClass: result.attempts[0]?.errorClass ?? '-',
    effects: effectsText(expected),
    happened: happened(asked),
    latencyMs: result.latencyMs,
    limitMs: limitOf(result, question),
    problems,
  };
}

async function begin(spec: FaultRow, stage: Stage): Promise<RunningServer> {
  const { path, inject, match, times, world, deadlineMs, cold = false } = spec;
  const sick = onThePath(stage, path).control;
  const rules = inject
    ? [{ fault: inject, ...(match ? { match } : {}), ...(times === undefined ? {} : { times }) }]
    : [];
  if (cold) await sick.setRules(rules);
  const server = await stage.start(world);
  await warmUp(server, [otherPath(path)], toConnect);
  if (cold) return server;
  await warmUp(server, [path], deadlineMs === undefined ? toConnect : toKnowP95);
  await sick.setRules(rules);
  return server;
}

function questionOf({ path, fault, deadlineMs }: FaultRow): Question {
  const operation = path === 'direct' ? 'emergency' : 'kiro_communication';
  return { operation, prompt: `chaos: ${fault}`, ...(deadlineMs === undefined ? {} : { deadlineMs }) };
}

/** Meets the fault as often as opens a breaker that counts it; then an operation must go straight to the other path. */
async function breakerProblems(spec: FaultRow, { breaker }: Effects, server: RunningServer, stage: Stage) {
  const { path, stream } = spec;
  const question = questionOf(spec);
  if (breaker !== 'opens at once') {
    const more = Array.from({ length: failuresToOpen - 1 }, () => ask(server, question, stream));
    await Promise.all(more);
  }
  const { state, reason, nextTrialAt } = (await healthOf(server, path)).breaker;
  if (breaker === 'unmoved') return state === 'closed' ? [] : [`breaker is ${state} (${reason})`];
  if (state !== 'open') return [`breaker is ${state} after ${failuresToOpen} operations`];
  const before = await callsOn(stage, question.operation);
  const { result } = await ask(server, question, stream);
  const after = await callsOn(stage, question.operation);
  return [
    ...(reason && nextTrialAt ? [] : ['the open breaker shows no reason or no next trial']),
    ...(after[path] === before[path] ? [] : ['an operation was sent through an open breaker']),
    ...(result.path === otherPath(path) && result.attempts.length === 1
      ? []
      : ['did not go straight to the other path']),
  ];
}

function otherCalls(path: PathName, before: Record<PathName, number>, after: Record<PathName, number>): number {
  return after[otherPath(path)] - before[otherPath(path)];
}

function happened({ result, progress }: Asked): string {
  const withdrawn = progress.some((text) => text.includes('withdrawn')) ? ', progress withdrawn' : '';
  if (result.status !== 'answered') return `${result.status}: ${result.error?.code}${withdrawn}`;
  const by = result.fallback ? `fell back to ${result.path}` : `answered by ${result.path}`;
  return `${by}${result.stopReason === 'max_tokens' ? ', says it is cut' : ''}${withdrawn}`;
}
