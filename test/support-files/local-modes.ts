import { type ActiveMode, Modes } from '../../src/routing/modes.ts';
import { localValue } from '../../src/store/shared-state.ts';

/** The modes of this process alone. */
export function localModes(wallClock: () => number): Modes {
  const value = () => localValue<ActiveMode>(wallClock);
  return new Modes({ lockdown: value(), emergency: value(), maintenance: value() }, wallClock);
}
