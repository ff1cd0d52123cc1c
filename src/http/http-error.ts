import { HybridRoutingError } from '../config/errors.ts';

interface HttpErrorOptions {
  status: number;
  code: string;
  message: string;
  remedy: string;
  headers?: Readonly<Record<string, string>>;
}

/** An error with its HTTP status; the app answers it as JSON: `{"error": {"code", "message", "remedy"}}`. */
export class HttpError extends HybridRoutingError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor({ status, code, message, remedy, headers = {} }: HttpErrorOptions) {
    super(code, message, remedy);
    this.status = status;
    this.headers = headers;
  }
}
