import { z } from 'zod';
import { controlStatuses, gdprStatus, worstOf } from '../compliance/gdpr-status.ts';
import { defineOperation } from './operation.ts';

export const complianceReport = defineOperation({
  name: 'compliance_report',
  inLockdown: true,
  input: z.strictObject({
    report: z
      .enum(['gdpr_status'])
      .default('gdpr_status')
      .describe('gdpr_status: each GDPR control with its evidence.'),
  }),
  output: z.object({
    report: z.literal('gdpr_status'),
    generatedAt: z.string(),
    status: z.enum(controlStatuses),
    controls: z.array(
      z.object({ article: z.string(), title: z.string(), status: z.enum(controlStatuses), reason: z.string() }),
    ),
    simulated: z.boolean(),
  }),
  async run({ config, wallClock }, { report }) {
    const controls = gdprStatus();
    return {
      report,
      generatedAt: new Date(wallClock()).toISOString(),
      status: worstOf(controls),
      controls,
      simulated: config.simulate,
    };
  },
});
