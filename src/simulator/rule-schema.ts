import { z } from 'zod';
import { faultSchema } from './faults.ts';

/** Most rules in force at once. */
export const MAX_RULES = 100;

/** Which calls a rule touches; a field left out matches every call. */
export const matchSchema = z.strictObject({
  /** Bedrock model id or inference profile, exactly as the caller gave it. */
  modelId: z.string().min(1).optional(),
  /** Operation type: `requestMetadata.operation` on Bedrock, the tool's `type` argument on the upstream. */
  operation: z.string().min(1).optional(),
  /** `converse`, `converse-stream`, `invoke`, `apply-guardrail` on Bedrock; the JSON-RPC method (`tools/call`) on the upstream. */
  api: z.string().min(1).optional(),
  /** Where one list serves both simulators, keeps a rule to one of them. */
  server: z.enum(['bedrock', 'upstream']).optional(),
});

/** One rule: which calls it touches, how often, and what happens to them. */
export const ruleSchema = z
  .strictObject({
    /** Made up by the simulator when absent. */
    id: z.string().min(1).max(100).optional(),
    match: matchSchema.optional(),
    /** Chance that the rule fires on a matching call, 0 to 1; 1 when absent. */
    probability: z.number().min(0).max(1).optional(),
    /** The rule fires this many times at most, 1 or more; without end when absent. */
    times: z.int().min(1).optional(),
    fault: faultSchema,
  })
  .superRefine((rule, context) => {
    if (rule.fault.kind !== 'connection_refused') return;
    for (const field of ['probability', 'times'] as const) {
      if (rule[field] === undefined) continue;
      const message = 'connection_refused closes the listener until the rule is removed: leave this field out';
      context.addIssue({ code: 'custom', path: [field], message });
    }
    for (const field of ['modelId', 'operation', 'api'] as const) {
      if (rule.match?.[field] === undefined) continue;
      const message = 'connection_refused closes the listener for every call: only match.server is allowed';
      context.addIssue({ code: 'custom', path: ['match', field], message });
    }
  });

export const rulesSchema = z
  .array(ruleSchema)
  .max(MAX_RULES)
  .superRefine((rules, context) => {
    const seen = new Set<string>();
    for (const [index, { id }] of rules.entries()) {
      if (id === undefined) continue;
      if (seen.has(id)) context.addIssue({ code: 'custom', path: [index, 'id'], message: `id "${id}" is used twice` });
      seen.add(id);
    }
  });

export const seedSchema = z.strictObject({ seed: z.int().min(0).max(4_294_967_295) });

/** A rule as callers write it: defaults may be left out. */
export type Rule = z.input<typeof ruleSchema>;
/** A rule as the simulator holds it, with its defaults. */
export type ParsedRule = z.output<typeof ruleSchema>;
