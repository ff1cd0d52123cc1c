import type { NextCall } from '../src/operations/next-call.ts';
import type { StateScope } from '../src/store/shared-state.ts';

/** `1240` as `1.2 s`, `87` as `87 ms`. */
export function duration(ms: number): string {
  return Math.round(ms) >= 1_000 ? `${(ms / 1_000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}

export function nextLines(next: readonly NextCall[]): string[] {
  return next.map(({ tool, arguments: args, why }) => `Next: ${tool} ${JSON.stringify(args)} - ${why}`);
}

/** The banner of the modes in force. */
export function noticeLines(notices: readonly string[]): string[] {
  return notices.map((notice) => `NOTICE: ${cut(notice, 120)}`);
}

/** Whom a change reaches. */
export const scopeWords: Record<StateScope, string> = {
  shared: 'all processes on this state',
  this_process: 'this process alone',
};

/** Marks an answer that no real service gave. */
export function simulatedLine(simulated: boolean): string[] {
  return simulated ? ['SIMULATED: no real service was called.'] : [];
}

/** A cut of a long text, so that an answer stays short; the whole is in the structured content. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 3)}...`;
}
