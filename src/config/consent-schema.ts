import { z } from 'zod';
import { operationTypeSchema } from './operation-types.ts';

/** Names of purposes, as they stand in the operator's record of processing activities (GDPR Art. 30). */
export const purposeSchema = z
  .string()
  .regex(/^[\w.:-]{1,100}$/, 'must be 1 to 100 letters, digits, dots, colons, dashes or underscores');

/** What is done where an operation's subject has not agreed to its purpose. */
export const consentSchema = z.strictObject({
  mode: z
    .enum(['enforce', 'log', 'off'])
    .default('enforce')
    .describe(
      'enforce refuses an operation without a legal basis, log only records the violation, off does not look. Nothing is looked at unless an operation names a subject or requireFor names its type.',
    ),
  requireFor: z
    .array(operationTypeSchema)
    .default([])
    .describe('Operation types that must name a subject and a purpose. None by default.'),
  purposes: z
    .array(purposeSchema)
    .min(1)
    .optional()
    .describe('The only purposes that an operation may name. Any by default.'),
});

export type ConsentConfig = z.infer<typeof consentSchema>;
