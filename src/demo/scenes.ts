import type { OperationType, PathName } from '../config/operation-types.ts';
import type { Rule } from '../simulator/rule-schema.ts';

/** One call of the demo and what it must show. */
export type Step =
  | { kind: 'route'; operation: OperationType; expect: { path: PathName; fellBack: boolean } }
  | { kind: 'force'; route: PathName; durationSeconds: number; reason: string }
  | { kind: 'wait'; ms: number; why: string };

/** A situation: faults in the simulated services, and the calls made meanwhile. */
export interface Scene {
  title: string;
  bedrock: readonly Rule[];
  upstream: readonly Rule[];
  steps: readonly Step[];
}

const route = (operation: OperationType, path: PathName, fellBack = false): Step => ({
  kind: 'route',
  operation,
  expect: { path, fellBack },
});

/** An open breaker makes its first trial after this long, in ms: short, so that the demo is. */
export const breakerOpenMs = 1_000;

const recover: Step = { kind: 'wait', ms: breakerOpenMs + 300, why: 'until the breaker has made its trial' };

const forcedSeconds = 3;

export const scenes: readonly Scene[] = [
  {
    title: 'The seven operation types, both paths well',
    bedrock: [],
    upstream: [],
    steps: [
      route('emergency', 'direct'),
      route('infrastructure', 'direct'),
      route('meta_monitor', 'direct'),
      route('implementation', 'direct'),
      route('kiro_communication', 'mcp'),
      route('standard_analysis', 'mcp'),
      route('background_task', 'mcp'),
    ],
  },
  {
    title: 'Slow Bedrock (12 s): direct gets its share of the 10 s deadline, then mcp answers within the SLA',
    bedrock: [{ fault: { kind: 'latency', distribution: { type: 'fixed', ms: 12_000 } } }],
    upstream: [],
    steps: [route('emergency', 'mcp', true)],
  },
  {
    title: 'Bedrock outage (503): retried, then fallback to mcp; the breaker opens, and mcp is asked first',
    bedrock: [{ fault: { kind: 'service_unavailable' } }],
    upstream: [],
    steps: [route('infrastructure', 'mcp', true), route('implementation', 'mcp'), route('meta_monitor', 'mcp')],
  },
  {
    title: 'Bedrock is back: two probes close the breaker',
    bedrock: [],
    upstream: [],
    steps: [recover, route('infrastructure', 'direct')],
  },
  {
    title: 'Upstream outage (connections refused): fallback to direct',
    bedrock: [],
    upstream: [{ fault: { kind: 'connection_refused' } }],
    steps: [route('kiro_communication', 'direct', true), route('standard_analysis', 'direct', true)],
  },
  {
    title: `Forced fallback: mcp first for ${forcedSeconds} s, then it expires by itself`,
    bedrock: [],
    upstream: [],
    steps: [
      recover,
      { kind: 'force', route: 'mcp', durationSeconds: forcedSeconds, reason: 'demo of an operator override' },
      route('emergency', 'mcp'),
      { kind: 'wait', ms: forcedSeconds * 1_000, why: 'until the override expires' },
      route('emergency', 'direct'),
    ],
  },
];
