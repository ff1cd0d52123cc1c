import { routeOperation } from '../src/operations/route-operation.ts';
import type { OperationResult } from '../src/support/operation.ts';
import { defineTool } from './define-tool.ts';
import { cut, duration, noticeLines, simulatedLine } from './format.ts';

export const routeOperationTool = defineTool({
  operation: routeOperation,
  description:
    'Answer one AI operation over AWS Bedrock (direct) or an upstream MCP server (mcp), whichever policy and health ' +
    'choose, within its SLA; falls back to the other path once. Use it for every prompt that needs a routed model ' +
    'answer. To see the route without calling, set dryRun. Not for status: use health_check.',
  annotations: {
    title: 'Route an AI operation',
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: false,
    openWorldHint: true,
  },
  text: (result) => (result.error ? problem(result) : [result.answer, summary(result)].filter(Boolean).join('\n\n')),
  isError: ({ error }) => error !== null,
});

function summary(result: OperationResult): string {
  const { decision, path, fallback, latencyMs, sla, stopReason, notices, simulated } = result;
  if (result.dryRun) {
    const route = `${decision.primary ?? 'none'}, then ${decision.fallback ?? 'none'}`;
    const line = `Dry run: ${route} (${decision.reasons.join('; ')}).`;
    return [line, ...noticeLines(notices), ...simulatedLine(simulated)].join('\n');
  }
  const met = sla.met ? 'met' : 'missed';
  return [
    `[${path}; ${duration(latencyMs)}, target ${duration(sla.targetMs)}, SLA ${duration(sla.slaMs)} ${met}; ${decision.reasons.join('; ')}]`,
    ...(fallback ? [`Fell back from ${fallback.from} to ${fallback.to}: ${cut(fallback.reason, 300)}`] : []),
    ...(stopReason === 'max_tokens' ? ['The answer is cut: it reached maxTokens.'] : []),
    ...noticeLines(notices),
    ...simulatedLine(simulated),
  ].join('\n');
}

function problem({ status, error, attempts, latencyMs, notices, simulated }: OperationResult): string {
  return [
    `${status}: ${error?.code}: ${cut(error?.message ?? '', 700)}`,
    `Remedy: ${cut(error?.remedy ?? '', 400)}`,
    ...(attempts.length > 0 ? [`Attempts: ${attempts.length} in ${duration(latencyMs)}.`] : []),
    ...noticeLines(notices),
    ...simulatedLine(simulated),
  ].join('\n');
}
