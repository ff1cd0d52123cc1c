import { createPersonalDataProtector, type ProtectorParts } from './protector.ts';

/** Clears a short text of personal data for good, whatever the modes of operations are: `[EMAIL]` for an address. */
export function clearing({ config, ...parts }: ProtectorParts): (text: string) => Promise<string> {
  const modes = { emergency: 'redact', critical: 'redact', standard: 'redact' } as const;
  const protector = createPersonalDataProtector({ ...parts, config: { ...config, modes } });
  return async (text) => {
    const { texts } = await protector.protect({ operationClass: 'standard', texts: [text] });
    return texts[0] ?? '';
  };
}
