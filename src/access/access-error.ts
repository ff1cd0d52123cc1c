import { HybridRoutingError } from '../config/errors.ts';

export type AccessErrorCode = 'invalid_token' | 'token_expired' | 'authorization_server_unavailable';

const remedies: Readonly<Record<AccessErrorCode, string>> = {
  invalid_token: 'Send a token that the operator of this server, or its authorization server, has given you.',
  token_expired: 'Get a new token from whoever gave you this one.',
  authorization_server_unavailable: 'Send the request again in some seconds; other tokens work meanwhile.',
};

/**
 * A token that is not taken, or cannot be judged now. Its message is shown to whoever sent the token: it holds nothing of
 * the token itself, and of our side only what the token's owner may know; the rest is in `cause`.
 */
export class AccessError extends HybridRoutingError {
  constructor(code: AccessErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, remedies[code], options);
  }
}
