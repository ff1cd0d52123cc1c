import { systemAdmin } from '../src/operations/system-admin.ts';
import { adminEffect, adminText } from './admin-text.ts';
import { defineTool } from './define-tool.ts';

export const systemAdminTool = defineTool({
  operation: systemAdmin,
  description:
    'Change routing, modes, flags and consents. dryRun shows the effect first; the answer holds the undo call.',
  annotations: {
    title: 'Administer the router',
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: false,
  },
  text: (result) => adminText(result.action, result),
  effect: (result) => adminEffect(result.action, result),
});
