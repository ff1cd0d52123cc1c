import { complianceReport } from '../src/operations/compliance-report.ts';
import { defineTool } from './define-tool.ts';
import { simulatedLine } from './format.ts';

export const complianceReportTool = defineTool({
  operation: complianceReport,
  description: 'GDPR controls of this router, each with status and evidence; not_assessed where nothing measures it.',
  annotations: {
    title: 'Compliance report',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  text: ({ report, status, controls, simulated }) =>
    [
      `${report}: ${status}`,
      ...controls.map((control) => `${control.article} ${control.title}: ${control.status} - ${control.reason}`),
      ...simulatedLine(simulated),
    ].join('\n'),
});
