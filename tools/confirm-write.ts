import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  inputResponse,
  type McpServer,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Confirmations, Offer } from '../src/operations/confirmation/confirmations.ts';
import { declined } from '../src/operations/confirmation/failures.ts';
import { approvedSeconds, type Confirmed, type Write } from '../src/operations/confirmation/plan.ts';
import type { NextCall } from '../src/operations/next-call.ts';
import { cut } from './format.ts';

interface Asking {
  confirmations: Confirmations;
  server: McpServer;
  request: ServerContext;
  /** Name of the tool that was called. */
  tool: string;
  write: Write;
  /** The token that came with the call; undefined where none did. */
  confirm: string | undefined;
}

/** What a write waits for, to be answered to the agent: nothing was changed. */
export interface Unconfirmed extends Offer {
  /** For the agent: what the call would do, and what to do next. */
  text: string;
  /** The same call with its token. */
  next: NextCall;
}

export type WriteConfirmation =
  /** Go on. */
  | { kind: 'proceed'; confirmed: Confirmed }
  /** Answer this: the client asks its user and calls again. */
  | { kind: 'ask'; result: InputRequiredResult }
  /** Answer the plan. */
  | { kind: 'plan'; plan: Unconfirmed };

const key = 'confirm';
const answerSchema = z.object({
  confirm: z.boolean().meta({ title: 'Yes, do this' }),
});

/**
 * Has a write confirmed: by the token that came with the call, else by the person at the client where it can ask one, else it
 * gives a plan to confirm.
 * @throws HybridRoutingError confirmation_declined, and those of `Confirmations`
 */
export async function confirmWrite(asking: Asking): Promise<WriteConfirmation> {
  const { confirmations, request, write, confirm } = asking;
  if (confirm !== undefined) return { kind: 'proceed', confirmed: await confirmations.redeem(write, confirm) };
  const { inputResponses, requestState } = request.mcpReq;
  const state = requestState<unknown>();
  const answer = inputResponse(inputResponses, key);
  // An answer without the state of its question was not asked for: a client, or a model through it, made it up.
  if (typeof state === 'string' && answer.kind === 'elicit') {
    await confirmations.takeAnswer(write, state);
    if (answer.action === 'cancel') throw declined('dismissed the question');
    if (answer.action === 'decline' || !answerSchema.safeParse(answer.content).data?.confirm) {
      throw declined('declined it');
    }
    return { kind: 'proceed', confirmed: { how: 'elicitation' } };
  }
  if (canAsk(asking)) return { kind: 'ask', result: await question(asking) };
  return { kind: 'plan', plan: unconfirmed(asking, await confirmations.offer(write)) };
}

const capabilitiesSchema = z.object({
  elicitation: z.object({ form: z.unknown().optional(), url: z.unknown().optional() }),
});

/**
 * Whether the client can put a form before a person: it says so with the request (2026-07-28) or did when it began the session.
 * Without a session nothing is known of a client of 2025, and nothing can be sent to it.
 */
function canAsk({ server, request }: Asking): boolean {
  const declared = new Map<string, unknown>(Object.entries(request.mcpReq.envelope ?? {}));
  const own = declared.get(CLIENT_CAPABILITIES_META_KEY) ?? server.server.getClientCapabilities();
  const { data } = capabilitiesSchema.safeParse(own);
  // No mode at all is a form: what the bare word meant before there were modes.
  return data !== undefined && (data.elicitation.form !== undefined || data.elicitation.url === undefined);
}

async function question({ confirmations, write }: Asking): Promise<InputRequiredResult> {
  // What was asked for goes back to the client that asked; no plan that others see holds it.
  const { confirm: _, ...asked } = write.arguments;
  const given = cut(JSON.stringify(asked).replace(invisible, ' '), 600);
  const head = `Confirm ${write.action}, asked for by ${write.principal}:`;
  const message = [head, ...effectLines(write), `Arguments: ${given}`].join('\n');
  return inputRequired({
    inputRequests: { [key]: inputRequired.elicit({ message, requestedSchema: answerSchema }) },
    requestState: await confirmations.question(write),
  });
}

function unconfirmed({ tool, write }: Asking, offer: Offer): Unconfirmed {
  const { token, expiresAt, approval } = offer;
  const { confirm: _, ...rest } = write.arguments;
  const call = `${tool} with the same arguments and "confirm": "${token}"`;
  const steps = approval
    ? [
        ...approvalLines(offer),
        `Then call ${call}, within ${approvedSeconds / 60} minutes of the approval. It works once.`,
      ]
    : [`If this is what the user wants, call ${call}, before ${iso(expiresAt)}. It works once.`];
  const text = ['confirmation_required: nothing was changed.', ...effectLines(write), ...steps].join('\n');
  const next = { tool, arguments: { ...rest, confirm: token }, why: approval ? 'once it is approved' : 'apply it' };
  return { ...offer, text, next };
}

function approvalLines({ planId, scope, approval }: Offer): string[] {
  if (!approval) return [];
  if (approval.status === 'approved') return [`Plan ${planId} is approved.`];
  const before = iso(approval.before);
  return [
    `A person has to approve plan ${planId}; you cannot.`,
    scope === 'shared'
      ? `Ask an operator to run, before ${before}: hybrid-routing-mcp admin approve ${planId}`
      : `The store is away: ask an operator to approve it over HTTP at this very server before ${before}, or to make the change.`,
  ];
}

function effectLines({ summary, protection, reversible }: Write): string[] {
  return [
    cut(summary.replace(invisible, ' '), 1_500),
    ...(protection === 'lowers' ? ['It lowers a protection.'] : []),
    ...(reversible ? [] : ['It cannot be undone.']),
  ];
}

/** What would show a person another text than the one that is there: control and format characters, but the line feed. */
const invisible = /[^\P{C}\n]/gu;

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
