import type { z } from 'zod';
import { healthCheck } from '../src/operations/health-check.ts';
import { defineTool } from './define-tool.ts';
import { cut, duration, nextLines, noticeLines, simulatedLine } from './format.ts';

const mostFindings = 3;

type Health = z.output<typeof healthCheck.output>;

export const healthCheckTool = defineTool({
  operation: healthCheck,
  description:
    'Status of the router, from what real calls and probes have seen. Use it before blaming a path, after a failure, ' +
    'or to see what is not configured. Only depth probe calls a model.',
  annotations: {
    title: 'Check health',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: true,
  },
  text: (health) =>
    [
      `Status: ${health.status}`,
      ...noticeLines(health.notices),
      ...findingLines(health),
      ...componentLines(health),
      ...kpiLines(health),
      ...probeLines(health),
      ...stabilityLines(health),
      ...reportLines(health),
      ...(health.override
        ? [`Override: ${health.override.route} first, ${health.override.remainingSeconds} s left.`]
        : []),
      ...simulatedLine(health.simulated && health.report === null),
      ...nextLines(health.next),
    ].join('\n'),
});

/** Few and short, so that the whole stays under 500 tokens; beside components, which tell causes too, shorter still. */
function findingLines({ findings, components, probe }: Health): string[] {
  const length = Object.keys(components).length > 1 || probe ? 100 : 250;
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

/** The report holds the steps for a person, and says itself that it is simulated. */
function reportLines({ report, file, humanSteps }: Health): string[] {
  if (report !== null) return [`${file}:`, report];
  return humanSteps.map((step) => `For a person: ${cut(step, 130)}`);
}

function probeLines({ probe }: Health): string[] {
  if (!probe) return [];
  const { kind, status, path, latencyMs, targetMs, slaMs, verdict, attempts, error, network } = probe;
  const limits = `target ${duration(targetMs)}, SLA ${duration(slaMs)}`;
  const step = (name: string, ms: number | null) => `${name} ${ms === null ? '-' : `${ms} ms`}`;
  const steps = [step('DNS', network.dnsMs), step('TCP', network.tcpMs), step('TLS', network.tlsMs)].join(', ');
  return [
    `Probe ${kind}: ${status} by ${path} in ${duration(latencyMs)}, ${verdict} (${limits}), attempts: ${attempts.length}`,
    ...(error === null ? [] : [cut(error, 300)]),
    ...(network.endpoint === null ? [] : [`Network ${network.endpoint}: ${steps}`]),
    ...(network.error === null ? [] : [`Network fault: ${network.error}`]),
  ];
}

function stabilityLines({ stability }: Health): string[] {
  if (!stability) return [];
  const { verdict, minutes, samples, coveredSeconds, worst, changes } = stability;
  const shown = changes.slice(-10).map(({ at, component, from, to }) => `${at} ${component}: ${from} -> ${to}`);
  return [
    `Last ${minutes} minutes: ${verdict}; ${samples} samples over ${coveredSeconds} s, worst ${worst ?? 'not known'}, ` +
      `${changes.length} changes`,
    ...shown,
  ];
}
