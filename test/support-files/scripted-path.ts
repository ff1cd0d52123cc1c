import type { OperationClass, PathName } from '../../src/config/operation-types.ts';
import type { CallOptions, Path, PathAnswer, PathRequest, PathState } from '../../src/paths/path.ts';
import { type ErrorClass, PathError } from '../../src/paths/path-error.ts';
import { pathAnswer } from './requests.ts';

type Script = (request: PathRequest, options: CallOptions) => Promise<PathAnswer>;

/** A path that does what a test says: the router's core is under test, not a service. */
export class ScriptedPath implements Path {
  readonly name: PathName;
  readonly calls: CallOptions[] = [];
  script: Script;
  standing: PathState = standing();
  probes = 0;
  resets = 0;
  restarts = 0;

  constructor(name: PathName, script: Script = answers()) {
    this.name = name;
    this.script = script;
  }

  call(request: PathRequest, options: CallOptions): Promise<PathAnswer> {
    this.calls.push(options);
    return this.script(request, options);
  }

  state(): PathState {
    return this.standing;
  }

  async probe(): Promise<void> {
    this.probes += 1;
  }

  /** Every class has the same model, unless a test says otherwise. */
  probeTarget(_operationClass: OperationClass): string {
    return 'model';
  }

  resetBreakers(): void {
    this.resets += 1;
  }

  async restart(): Promise<void> {
    this.restarts += 1;
  }

  async warmUp(): Promise<void> {}

  async close(): Promise<void> {}
}

/** How a path stands: well, but for the changes. */
export function standing(changes: Partial<PathState> = {}): PathState {
  return { configured: true, available: true, breakers: {}, findings: [], details: {}, ...changes };
}

/** How a path stands whose breaker is open for a reason. */
export function broken(reason: string): PathState {
  const counts = { opened: 1, refused: 0, trials: 0 };
  const breaker = { state: 'open', reason, openSince: 0, nextTrialAt: 30_000, ...counts } as const;
  return standing({ available: false, breakers: { scripted: breaker } });
}

export function fault(path: PathName, errorClass: ErrorClass, kind = 'scripted'): PathError {
  return new PathError({ path, errorClass, kind, message: `${path} ${kind}`, remedy: 'Look at the script.' });
}

/** Answers after `ms`, or ends with the abort. */
export function answers(ms = 0, changes: Partial<PathAnswer> = {}): Script {
  return async (_request, { signal }) => {
    await wait(ms, signal);
    return pathAnswer(changes);
  };
}

/** Fails after `ms`. */
export function fails(error: Error, ms = 0): Script {
  return async (_request, { signal }) => {
    await wait(ms, signal);
    throw error;
  };
}

/** Never ends, not even when it is told to. */
export function ignoresItsSignal(): Script {
  return () => new Promise(() => {});
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms === 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}
