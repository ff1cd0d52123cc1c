import { securityResponse } from '../src/operations/security-response.ts';
import { adminEffect, adminText } from './admin-text.ts';
import { defineTool } from './define-tool.ts';

export const securityResponseTool = defineTool({
  operation: securityResponse,
  description: 'Contain a security incident (stops service), or erase a person. dryRun shows the effect first.',
  annotations: {
    title: 'Respond to a security incident',
    readOnlyHint: false,
    destructiveHint: true,
    idempotentHint: false,
    openWorldHint: false,
  },
  text: (result) => adminText(result.action, result),
  effect: (result) => adminEffect(result.action, result),
});
