import { type Context, Hono } from 'hono';
import { healthCheck } from '../operations/health-check.ts';
import type { ProbeKind } from '../operations/health-probe.ts';
import type { OperationContext } from '../operations/operation.ts';
import { parseInput } from '../operations/parse-input.ts';
import { argumentsOf, inputFor, type RoutedAction, routedActions } from '../operations/registry.ts';
import { textArguments } from '../operations/text-arguments.ts';
import { requireScope } from './authenticate.ts';
import { httpCaller } from './http-caller.ts';
import type { HttpEnv } from './http-env.ts';
import { HttpError } from './http-error.ts';
import { readJson } from './json-body.ts';

interface Dependencies {
  context: OperationContext;
}

type Json = Record<string, unknown>;

/** The runbook's test operations, and what each calls. */
export const probeRoutes: Readonly<Record<string, ProbeKind>> = {
  '/test/emergency-operation': 'emergency',
  '/test/critical-operation': 'critical',
  '/test/mcp-operation': 'mcp',
};

/** `/admin/...` and `/test/...`: each route is an action of the registry, or a health check's probe. */
export function adminRoutes({ context }: Dependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  for (const routed of routedActions) {
    const { action, route } = routed;
    const path = route.path.replace(/\{(\w+)\}/g, ':$1');
    app.on(route.method, path, requireScope(action.scopes), (c) => act(c, context, routed));
  }
  for (const [path, probe] of Object.entries(probeRoutes)) {
    app.post(path, requireScope(['viewer']), (c) => runProbe(c, context, probe));
  }
  return app;
}

async function act(c: Context<HttpEnv>, context: OperationContext, routed: RoutedAction): Promise<Response> {
  const { operation, action, route } = routed;
  const inPath = c.req.param();
  const texts = textArguments(action.input, { ...c.req.query(), ...inPath });
  const body = await bodyOf(c, context.config.http.bodyBytes);
  const fields = route.bodyIs === undefined || body === null ? body : { [route.bodyIs]: body };
  refuseAgent(c, routed, texts);
  checkArguments(routed, [c.req.query(), inPath, fields ?? {}]);
  const caller = httpCaller(c);
  const input = parseInput(context, operation, inputFor(routed, { ...texts, ...fields }), caller);
  return c.json(await operation.run(context, input, caller));
}

/** An agent's own token changes nothing here: nobody would be asked. */
function refuseAgent(c: Context<HttpEnv>, { action, operation }: RoutedAction, { dryRun }: Json): void {
  if (!c.var.grant?.agent || action.risk === 'read' || dryRun === true) return;
  throw new HttpError({
    status: 403,
    code: 'agent_token',
    message: 'The token belongs to an agent, whose changes are confirmed',
    remedy: `Call the tool ${operation.name} over MCP, or have a person use another token.`,
  });
}

/** What the route itself says, and what is said twice, is refused rather than passed over: one of the two was meant. */
function checkArguments(routed: RoutedAction, places: readonly Readonly<Record<string, unknown>>[]): void {
  const taken = argumentsOf(routed);
  const names = places.flatMap((place) => Object.keys(place));
  const strange = names.find((name) => !taken.includes(name));
  if (strange !== undefined) {
    const takes = taken.length === 0 ? 'It takes no argument.' : `It takes ${taken.join(', ')}.`;
    throw invalid(`${strange.slice(0, 80)}: is not taken by ${routed.route.path}`, takes);
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw invalid(`${twice}: is given twice`, 'Give it once: in the path, the query or the body.');
}

function invalid(message: string, remedy: string): HttpError {
  return new HttpError({ status: 400, code: 'invalid_input', message, remedy });
}

async function runProbe(c: Context<HttpEnv>, context: OperationContext, kind: ProbeKind): Promise<Response> {
  const input = healthCheck.input.parse({ depth: 'probe', probe: kind });
  const { probe, checkedAt, simulated } = await healthCheck.run(context, input, httpCaller(c));
  return c.json({ ...probe, checkedAt, simulated }, probe?.verdict === 'no_answer' ? 503 : 200);
}

/** Null where there is none: curl posts without a body, and then without a type. */
async function bodyOf(c: Context<HttpEnv>, limit: number): Promise<Json | null> {
  const { method, headers } = c.req.raw;
  const none = !headers.has('transfer-encoding') && Number(headers.get('content-length') ?? 0) === 0;
  if (method === 'GET' || none) return null;
  const body = await readJson(c.env.incoming, limit, { untyped: true });
  if (isJson(body)) return body;
  throw invalid('The body is not a JSON object', 'Send an object with the arguments as its fields.');
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
