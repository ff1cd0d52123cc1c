import { z } from 'zod';

const optionalText = z.string().optional();

const tokensSchema = z.object({
  access_token: z.string(),
  token_type: z.string(),
  id_token: optionalText,
  expires_in: z.number().optional(),
  scope: optionalText,
  refresh_token: optionalText,
  issuer: optionalText,
});

const clientSchema = z.object({
  client_id: z.string(),
  client_secret: optionalText,
  client_id_issued_at: z.number().optional(),
  client_secret_expires_at: z.number().optional(),
  redirect_uris: z.array(z.string()).optional(),
  token_endpoint_auth_method: optionalText,
  issuer: optionalText,
});

/** What this server has from an upstream's authorization server. */
export const loginSchema = z.object({
  tokens: tokensSchema.optional().describe('Tokens of this server, never of a caller.'),
  client: clientSchema.optional().describe('The client, as it registered itself.'),
  scope: optionalText.describe('Scopes that the upstream asked for, and that the next login is to get.'),
});
export type Login = z.infer<typeof loginSchema>;

/** Where the login of one upstream is kept. */
export interface LoginStore {
  /** Null where there is none. */
  load(): Promise<Login | null>;
  save(login: Login | null): Promise<void>;
  /** Told of each change, by whichever process. */
  onChange(listener: () => void): void;
}

/** A login that ends with this process. */
export function loginOfThisProcess(): LoginStore {
  let kept: Login | null = null;
  const listeners = new Set<() => void>();
  return {
    load: async () => kept,
    save: async (login) => {
      kept = login;
      for (const listener of listeners) listener();
    },
    onChange: (listener) => void listeners.add(listener),
  };
}

/**
 * A person who signs in: opens the URL, and comes back with the query of the redirect.
 *
 * @throws where nobody does
 */
export type Person = (authorizationUrl: URL) => Promise<URLSearchParams>;
