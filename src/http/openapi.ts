import { Hono } from 'hono';
import { z } from 'zod';
import { healthCheck } from '../operations/health-check.ts';
import { argumentsOf, type RoutedAction, routedActions } from '../operations/registry.ts';
import { version } from '../version.ts';
import { probeRoutes } from './admin-routes.ts';
import type { HttpEnv } from './http-env.ts';

type Json = Record<string, unknown>;

/** `GET /openapi.json`: open, since it holds what is in the documentation. @param url base URL, known when the server listens */
export function openApiRoutes({ url }: { url: () => string }): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  let description: { text: string; url: string } | null = null;
  app.get('/openapi.json', (c) => {
    if (description?.url !== url()) description = { url: url(), text: JSON.stringify(openApi(url())) };
    return c.body(description.text, 200, { 'content-type': 'application/json' });
  });
  return app;
}

/** Every route, from the registry that makes them. */
function openApi(url: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hybrid Routing',
      version,
      description: 'Routing, health, audit and control of a hybrid AI router.',
    },
    servers: [{ url }],
    security: [{ bearer: [] }],
    paths: merged([
      ...routedActions.map(
        (routed): Described => ({
          path: routed.route.path,
          methods: { [routed.route.method.toLowerCase()]: described(routed) },
        }),
      ),
      ...Object.keys(probeRoutes).map((path): Described => ({ path, methods: { post: probe } })),
      ...healthPaths.map((path): Described => ({ path, methods: { get: health(path) } })),
    ]),
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema, Health: schemaOf(healthCheck.output, 'output') },
    },
  };
}

const healthPaths = ['/health', '/health/detailed', '/health/component/{name}', '/health/{name}'];

const errorSchema = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: { type: 'string' }, message: { type: 'string' }, remedy: { type: 'string' } },
      required: ['code', 'message', 'remedy'],
    },
  },
  required: ['error'],
};
const problem = {
  description: 'What is wrong, and what to do.',
  content: json({ $ref: '#/components/schemas/Error' }),
};

function described(routed: RoutedAction): Json {
  const { operation, action, route } = routed;
  const { properties = {} } = schemaOf(action.input, 'input');
  const taken = argumentsOf(routed);
  const field = (name: string) => Object.getOwnPropertyDescriptor(properties, name)?.value ?? {};
  const inPath = (name: string) => route.path.includes(`{${name}}`);
  const inQuery = (name: string) => !inPath(name) && (route.method === 'GET' || name === 'dryRun');
  const inBody = taken.filter((name) => !inPath(name) && !inQuery(name));
  const body = route.bodyIs === undefined ? fields(inBody, field) : field(route.bodyIs);
  return {
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[^a-z]+([a-z])?/gi, (_, c = '') => c.toUpperCase())}`,
    summary: route.summary,
    tags: [operation.name],
    'x-risk': action.risk,
    'x-undo': route.undo,
    'x-scopes': [...action.scopes],
    'x-tool-call': { tool: operation.name, arguments: { [operation.by]: action.name, ...route.fixed } },
    parameters: taken
      .filter((name) => inPath(name) || inQuery(name))
      .map((name) => ({ name, in: inPath(name) ? 'path' : 'query', required: inPath(name), schema: field(name) })),
    ...(route.method === 'POST' && inBody.length > 0 ? { requestBody: { content: json(body) } } : {}),
    responses: {
      200: { description: route.summary, content: json(schemaOf(operation.output, 'output')) },
      default: problem,
    },
  };
}

const probe: Json = {
  summary: 'One small real operation through the real path, with its latency against target and SLA.',
  tags: ['health_check'],
  'x-scopes': ['viewer'],
  responses: {
    200: { description: 'It was answered.' },
    503: { description: 'No path has answered.' },
    default: problem,
  },
};

function health(path: string): Json {
  const named = path.includes('{name}');
  return {
    summary: named ? 'Status of one component.' : 'Status of the whole; details for a token with the scope viewer.',
    tags: ['health_check'],
    security: [{}, { bearer: [] }],
    ...(named ? { parameters: [{ name: 'name', in: 'path', required: true, schema: { type: 'string' } }] } : {}),
    responses: {
      200: { description: 'Healthy or degraded.', content: json({ $ref: '#/components/schemas/Health' }) },
      503: { description: 'Unhealthy.', content: json({ $ref: '#/components/schemas/Health' }) },
      default: problem,
    },
  };
}

function fields(names: readonly string[], field: (name: string) => unknown): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, field(name)])),
    additionalProperties: false,
  };
}

function schemaOf(schema: z.ZodObject, io: 'input' | 'output') {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

function json(schema: unknown): Json {
  return { 'application/json': { schema } };
}

interface Described {
  path: string;
  /** By the method's name, in lower case. */
  methods: Json;
}

/** Several methods of one path together. */
function merged(all: readonly Described[]): Json {
  const paths = new Map<string, Json>();
  for (const { path, methods } of all) paths.set(path, { ...paths.get(path), ...methods });
  return Object.fromEntries(paths);
}
