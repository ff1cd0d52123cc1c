import type { FeatureFlags } from '../../routing/feature-flags.ts';
import { RefusedError } from '../admission.ts';

/** One operation too many in the background. */
export class BackgroundFullError extends RefusedError {
  override readonly retryAfterSeconds: number;

  /** @param retryMs time until the first of those that run has ended at the latest, in ms */
  constructor({ running, key, retryMs }: { running: number; key: string; retryMs: number }) {
    const seconds = Math.max(1, Math.ceil(retryMs / 1_000));
    super(
      'background_full',
      `background: ${running} operations run in the background already, as many as ${key} allows`,
      `Look at one with its operationId or cancel it, or start this again within ${seconds} s.`,
    );
    this.retryAfterSeconds = seconds;
  }
}

/** Why none is taken in the background while an operator has switched that off; null while it is on. */
export async function switchedOff(flags: Pick<FeatureFlags, 'isOn'>): Promise<RefusedError | null> {
  if (await flags.isOn('background_operations')) return null;
  return new RefusedError(
    'background_off',
    'background: operations in the background are switched off (feature flag background_operations)',
    'Send it without background, or have an operator switch the flag on.',
  );
}
