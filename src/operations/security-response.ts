import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { adminResultShape } from './admin-result.ts';
import { eraseSubject } from './erase-subject.ts';
import { defineOperation } from './operation.ts';
import { switchMode, switchShape } from './switch-mode.ts';

const actions = ['lockdown', 'erase_subject'] as const;

export const securityResponse = defineOperation({
  name: 'security_response',
  inLockdown: true,
  input: z.strictObject({
    action: z
      .enum(actions)
      .describe(
        'lockdown: refuse every operation but health, reads and the lift; erase_subject: forget a person, for good.',
      ),
    subject: z.string().min(1).max(200).optional().describe('For erase_subject: the identifier that was used.'),
    ...switchShape,
  }),
  output: z.object({ action: z.enum(actions), ...adminResultShape }),
  async run(context, { action, subject, enable, reason, durationSeconds, dryRun }, caller) {
    switch (action) {
      case 'lockdown': {
        if (subject !== undefined) throw strange('subject', action);
        const order = {
          tool: 'security_response',
          mode: action,
          enable,
          reason,
          durationSeconds,
          dryRun,
          caller,
        } as const;
        return { action, ...(await switchMode(context, order)) };
      }
      case 'erase_subject': {
        if (enable !== undefined) throw strange('enable', action);
        if (durationSeconds !== undefined) throw strange('durationSeconds', action);
        return { action, ...(await eraseSubject(context, { subject, dryRun, caller })) };
      }
    }
  },
});

function strange(field: string, action: string): HybridRoutingError {
  return new HybridRoutingError('invalid_input', `${field}: does not go with action ${action}`, `Leave ${field} out.`);
}
