import type { z } from 'zod';
import { refusalSchema } from './state-schema.ts';

/** Control answers at once: it is local, and no fault touches it. */
const TIMEOUT_MS = 5_000;

/** The control API said no, or did not answer. */
export class SimulatorControlError extends Error {
  override readonly name = 'SimulatorControlError';
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;

  constructor(message: string, status: number | null, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

interface ControlCall<S extends z.ZodType> {
  url: string;
  method: string;
  path: string;
  schema: S;
  body?: unknown;
}

/** One call of a control API, its answer checked. Rejects with SimulatorControlError. */
export async function callControl<S extends z.ZodType>(call: ControlCall<S>): Promise<z.output<S>> {
  const { url, method, path, schema, body } = call;
  const what = `${method} ${url}${path}`;
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    answer = await response.json();
  } catch (cause) {
    throw new SimulatorControlError(`${what} got no answer; is the simulator running?`, null, { cause });
  }
  if (!response.ok) {
    const refused = refusalSchema.safeParse(answer);
    const why = refused.success ? refused.data.message : 'no reason given';
    throw new SimulatorControlError(`${what} answered ${response.status}: ${why}`, response.status);
  }
  const result = schema.safeParse(answer);
  if (result.success) return result.data;
  throw new SimulatorControlError(`${what} answered something else than expected.`, response.status, {
    cause: result.error,
  });
}
