import { z } from 'zod';
import {
  classOf,
  type OperationClass,
  type OperationType,
  type PathName,
  pathNameSchema,
} from '../config/operation-types.ts';
import type { SharedValue, StateScope } from '../store/shared-state.ts';

/** The operator's modes (docs/architecture.md, "Modes"); several may be in force at once. */
export const modeNames = ['lockdown', 'emergency', 'maintenance'] as const;
export type ModeName = (typeof modeNames)[number];

export const activeModeSchema = z.object({
  reason: z.string(),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** Milliseconds since 1970; a mode always expires. */
  expiresAt: z.number(),
  /** Maintenance alone: the one path that is drained; null where it holds for the whole router. */
  path: pathNameSchema.nullable(),
});
export type ActiveMode = z.infer<typeof activeModeSchema>;

export type ActiveModes = Readonly<Record<ModeName, ActiveMode | null>>;

export const noModes: ActiveModes = { lockdown: null, emergency: null, maintenance: null };

/** The modes in force, for every process on the same state. */
export class Modes {
  readonly #values: Readonly<Record<ModeName, SharedValue<ActiveMode>>>;
  readonly #wallClock: () => number;
  readonly #waiting = new Set<() => void>();

  /** @param wallClock milliseconds since 1970 */
  constructor(values: Readonly<Record<ModeName, SharedValue<ActiveMode>>>, wallClock: () => number) {
    this.#values = values;
    this.#wallClock = wallClock;
    for (const name of modeNames) values[name].onChange(() => this.#look());
  }

  /** Puts a mode in force here at once, or with null ends it. */
  replace(name: ModeName, mode: ActiveMode | null): Promise<StateScope> {
    return this.#values[name].replace(mode, mode?.expiresAt ?? null);
  }

  /** Puts a mode in force unless it is already, and for longer: then null. */
  extend(name: ModeName, mode: ActiveMode): Promise<StateScope | null> {
    return this.#values[name].extend(mode, mode.expiresAt);
  }

  /** Waits until the modes in force satisfy a condition: true then, false after `ms` or when the signal aborts. */
  async until(condition: (modes: ActiveModes) => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
    const now = this.#wallClock();
    const expiries = modeNames.map((name) => this.current()[name]?.expiresAt).filter((at) => at !== undefined);
    const nextLookMs = Math.min(ms, ...expiries.map((at) => at - now));
    if (condition(this.current())) return true;
    if (ms <= 0 || signal.aborted) return false;
    await this.#changed(nextLookMs, signal);
    return this.until(condition, ms - (this.#wallClock() - now), signal);
  }

  /** Ends with the next change, after a time, or when the signal aborts. */
  async #changed(ms: number, signal: AbortSignal): Promise<void> {
    let look = () => {};
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      look = resolve;
      timer = setTimeout(resolve, ms);
      this.#waiting.add(look);
      signal.addEventListener('abort', look, { once: true });
    });
    clearTimeout(timer);
    this.#waiting.delete(look);
    signal.removeEventListener('abort', look);
  }

  current(): ActiveModes {
    const { lockdown, emergency, maintenance } = this.#values;
    return { lockdown: lockdown.current(), emergency: emergency.current(), maintenance: maintenance.current() };
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** The mode that keeps an operation out, and until when at the latest; null where it is admitted. */
export interface Refusal {
  mode: ModeName;
  active: ActiveMode;
}

/** The admission rule of the modes. Pure; the strictest mode is named first. */
export function admits(modes: ActiveModes, operationClass: OperationClass, type: OperationType): Refusal | null {
  const { lockdown, emergency, maintenance } = modes;
  if (lockdown) return { mode: 'lockdown', active: lockdown };
  if (emergency && operationClass === 'standard') return { mode: 'emergency', active: emergency };
  if (maintenance && maintenance.path === null && type === 'background_task') {
    return { mode: 'maintenance', active: maintenance };
  }
  return null;
}

export function admitsType(modes: ActiveModes, type: OperationType): Refusal | null {
  return admits(modes, classOf(type), type);
}

/** The path that maintenance drains, if any. */
export function drainedPath({ maintenance }: ActiveModes): PathName | null {
  return maintenance?.path ?? null;
}

/** Until a mode ends by itself, in whole seconds, at least 1; an operator may end it sooner. */
export function secondsLeft({ expiresAt }: ActiveMode, now: number): number {
  return Math.max(1, Math.ceil((expiresAt - now) / 1_000));
}

/** The banner: one line for each mode in force. @param now milliseconds since 1970 */
export function notices(modes: ActiveModes, now: number): string[] {
  return modeNames.flatMap((name) => {
    const mode = modes[name];
    if (!mode) return [];
    const what = mode.path === null ? `${name} mode` : `${name} of the ${mode.path} path`;
    return [`${what}, ${secondsLeft(mode, now)} s left: ${mode.reason}`];
  });
}
