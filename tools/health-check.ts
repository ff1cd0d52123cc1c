import type { z } from 'zod';
import { healthCheck } from '../src/operations/health-check.ts';
import { defineTool } from './define-tool.ts';
import { cut, nextLines, simulatedLine } from './format.ts';

const mostFindings = 5;

type Health = z.output<typeof healthCheck.output>;

export const healthCheckTool = defineTool({
  operation: healthCheck,
  description:
    'Status of the router, from what real calls have seen; calls no model. Use it before blaming a path, after a ' +
    'failure, or to see what is not configured. depth: basic, detailed (components, KPIs), component.',
  annotations: {
    title: 'Check health',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  text: (health) =>
    [
      `Status: ${health.status}`,
      ...findingLines(health),
      ...componentLines(health),
      ...kpiLines(health),
      ...(health.override
        ? [`Override: ${health.override.route} first, ${health.override.remainingSeconds} s left.`]
        : []),
      ...simulatedLine(health.simulated),
      ...nextLines(health.next),
    ].join('\n'),
});

/** Few and short, so that the whole stays under 500 tokens; beside components, which tell causes too, shorter still. */
function findingLines({ findings, components }: Health): string[] {
  const length = Object.keys(components).length > 0 ? 120 : 250;
  const more = findings.length - mostFindings;
  return [
    ...findings.slice(0, mostFindings).map((finding) => `- ${cut(finding, length)}`),
    ...(more > 0 ? [`- and ${more} more, in structuredContent.findings`] : []),
  ];
}

function componentLines({ components }: Health): string[] {
  return Object.entries(components).map(([name, { status, cause }]) => `${name}: ${status}${causeOf(status, cause)}`);
}

/** Causes of degraded paths are told above, among the findings, or are one line here. */
function causeOf(status: string, cause: string | null): string {
  return cause === null || status === 'healthy' ? '' : ` (${cut(cause, 80)})`;
}

function kpiLines({ kpis }: Health): string[] {
  return kpis.map(({ name, value, unit, n, band, target }) => {
    const measured =
      value === null ? 'not assessed' : `${typeof value === 'number' ? value.toFixed(1) : value} ${unit}`;
    return `${name}: ${measured} [${band}, n=${n}, target ${target}]`;
  });
}
