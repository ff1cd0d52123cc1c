import { z } from 'zod';
import { adminResultShape } from './admin-result.ts';
import { defineOperation } from './operation.ts';
import { switchMode, switchShape } from './switch-mode.ts';

export const securityResponse = defineOperation({
  name: 'security_response',
  inLockdown: true,
  input: z.strictObject({
    action: z.enum(['lockdown']).describe('lockdown: refuse every operation but health, reads and the lift.'),
    ...switchShape,
  }),
  output: z.object({ action: z.enum(['lockdown']), ...adminResultShape }),
  async run(context, { action, enable, reason, durationSeconds, dryRun }, caller) {
    const order = { tool: 'security_response', mode: action, enable, reason, durationSeconds, dryRun, caller } as const;
    return { action, ...(await switchMode(context, order)) };
  },
});
