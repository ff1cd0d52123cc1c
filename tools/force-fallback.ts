import type { z } from 'zod';
import { forceFallback } from '../src/operations/force-fallback.ts';
import { defineTool } from './define-tool.ts';
import { nextLines, scopeWords, simulatedLine } from './format.ts';

type Forced = z.output<typeof forceFallback.output>;

export const forceFallbackTool = defineTool({
  operation: forceFallback,
  description:
    'Send every operation to one path first (mcp or direct) until it expires, or back to policy (auto). Use it when a ' +
    'path is known to be bad; the other path stays the fallback. dryRun shows the effect.',
  annotations: {
    title: 'Force a path',
    readOnlyHint: false,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  text: (forced) => [effect(forced), ...nextLines(forced.undo ? [forced.undo] : [])].join('\n'),
  effect,
});

function effect(forced: Forced): string {
  return [
    headline(forced),
    ...Object.entries(forced.effect).map(([type, route]) => `${type}: ${route}`),
    ...simulatedLine(forced.simulated),
  ].join('\n');
}

function headline({ applied, override, route, scope }: Forced): string {
  const verb = applied ? 'In force' : 'Would be in force';
  if (!override) return `${verb}: routing by policy (${route}).`;
  return `${verb}: ${override.route} first until ${override.expiresAt} (${override.remainingSeconds} s), ${scopeWords[scope]}.`;
}
