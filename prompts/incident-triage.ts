import type { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { OperationContext } from '../src/operations/operation.ts';
import { forViewers } from '../tools/for-viewers.ts';
import { currentState } from './current-state.ts';

// Made once: over HTTP a server is made for each request.
const about = {
  title: 'Triage an incident',
  description: 'The four phases of incident response, with what this server knows now.',
  argsSchema: z.object({ symptom: z.string().max(500).optional().describe('What was noticed, in words.') }),
};

export function registerIncidentTriage(server: McpServer, context: OperationContext): void {
  server.registerPrompt('incident_triage', about, ({ symptom }, request) =>
    forViewers({ server, context, request, what: 'prompt incident_triage' }, async () => ({
      messages: [{ role: 'user', content: { type: 'text', text: triageText(currentState(context), symptom) } }],
    })),
  );
}

function triageText(state: string, symptom: string | undefined): string {
  return `You are triaging an incident of the hybrid router. ${symptom ? `Reported symptom: ${symptom}` : ''}

What the server knows now:
${state}

Work through the four phases; make each call yourself and say what it showed.

1. Detect and acknowledge (0-5 minutes). Call health_check {"depth":"detailed"}. Decide the severity: P0 no path can answer;
   P1 one path is down with the other answering, error rate over 5 % or efficiency under 70 %; P2 slow but within the SLA, or
   efficiency 70-80 %; P3 the rest. Tell a human at once for P0.
2. Investigate and mitigate (5-30 minutes). Read the cause of each component that is not healthy. If Bedrock is at fault, call
   force_fallback {"route":"mcp","reason":"...","dryRun":true}, then without dryRun; if the upstream is, route "direct". Read
   runbook://index for the chapter on the symptom. Credentials, AWS status and network paths are a human's to check.
3. Resolve and validate (30-60 minutes). Call route_operation {"operation":"infrastructure","prompt":"..."} and
   health_check until the path answers; end the override with force_fallback {"route":"auto"}.
4. Afterwards (24-48 hours). Write down the timeline, the cause, what was done, and what would have shown it sooner.

Do not guess: where nothing measures a thing, say so.`;
}
