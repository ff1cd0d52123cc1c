import { cacheOptimize } from '../src/operations/cache-optimize.ts';
import { defineTool } from './define-tool.ts';
import { simulatedLine } from './format.ts';

export const cacheOptimizeTool = defineTool({
  operation: cacheOptimize,
  description: 'State of the response cache: hit rate, entries, bytes. Says so where nothing is cached.',
  annotations: {
    title: 'Response cache',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
  text: ({ status, reason, targetPercent, simulated }) =>
    [`Cache: ${status}. ${reason} (target hit rate ${targetPercent} %)`, ...simulatedLine(simulated)].join('\n'),
});
