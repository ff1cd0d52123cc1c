import type { StandardSchemaWithJSON } from '@modelcontextprotocol/server';
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/**
 * The schema as clients see it, without its check: arguments are checked once, by the tool, so that an error names field,
 * value and remedy in the same words everywhere; outputs are checked by their types. Converted once, not per server.
 */
export function advertised(schema: z.ZodObject, io: 'input' | 'output'): StandardSchemaWithJSON<unknown, unknown> {
  const json = slimSchema(schema, io);
  return {
    '~standard': {
      vendor: 'hybrid-routing-mcp',
      version: 1,
      validate: (value) => ({ value }),
      jsonSchema: { input: () => json, output: () => json },
    },
  };
}

/** JSON Schema without what says nothing to an agent: each tool list is read into its context. */
export function slimSchema(schema: z.ZodObject, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema, ...json } = z.toJSONSchema(schema, { io, override: ({ jsonSchema }) => slim(jsonSchema, io) });
  return json;
}

function slim(json: JsonSchema, io: 'input' | 'output'): void {
  // What JSON and JavaScript imply anyway: keys are strings, whole numbers are safe ones.
  delete json.propertyNames;
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === Number.MIN_SAFE_INTEGER) delete json.minimum;
  // `.meta({ brief: true })`: an object whose fields the answer itself explains.
  if (io === 'output') delete json.default;
  if (json.brief === true) {
    delete json.brief;
    delete json.properties;
    delete json.required;
  }
  // An answer may gain a field; only an argument that nobody knows is refused.
  if (io === 'output' && json.additionalProperties === false) delete json.additionalProperties;
}
