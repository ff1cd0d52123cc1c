/**
 * The root of every error that a user or an agent may see: a stable `code`, what happened, and what to do next.
 * The original fault, where there is one, stays in `cause`.
 */
export class HybridRoutingError extends Error {
  readonly code: string;
  /** The next step, as a sentence in the imperative. */
  readonly remedy: string;

  constructor(code: string, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
    this.remedy = remedy;
  }
}

/** A configuration that the server cannot start with: names the key, the value and what is allowed. */
export class ConfigError extends HybridRoutingError {
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super('config_invalid', message, remedy, options);
  }
}

/** The text of anything thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  try {
    return String(thrown);
  } catch {
    return 'something that has no text'; // an object without toString()
  }
}
