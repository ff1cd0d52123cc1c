import {
  ErrorCode,
  type JsonValue,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import type { SharedCollection } from '../store/shared-state.ts';
import type { FlagSetting } from './feature-flags.ts';

/** An OpenFeature provider of what operators have set, read from the shared state without waiting for it. */
export class OperatorsFlags implements Provider {
  readonly runsOn = 'server';
  readonly metadata = { name: 'operators' };
  readonly #settings: SharedCollection<FlagSetting>;

  constructor(settings: SharedCollection<FlagSetting>) {
    this.#settings = settings;
  }

  async resolveBooleanEvaluation(flag: string, byDefault: boolean): Promise<ResolutionDetails<boolean>> {
    const set = this.#settings.entries().get(flag);
    if (!set) return { value: byDefault, reason: StandardResolutionReasons.DEFAULT };
    return { value: set.value.enabled, reason: StandardResolutionReasons.STATIC };
  }

  resolveStringEvaluation(_flag: string, byDefault: string): Promise<ResolutionDetails<string>> {
    return otherType(byDefault);
  }

  resolveNumberEvaluation(_flag: string, byDefault: number): Promise<ResolutionDetails<number>> {
    return otherType(byDefault);
  }

  resolveObjectEvaluation<Value extends JsonValue>(_flag: string, byDefault: Value): Promise<ResolutionDetails<Value>> {
    return otherType(byDefault);
  }
}

async function otherType<Value>(value: Value): Promise<ResolutionDetails<Value>> {
  const errorMessage = 'every flag is true or false';
  return { value, errorCode: ErrorCode.TYPE_MISMATCH, errorMessage, reason: StandardResolutionReasons.ERROR };
}
