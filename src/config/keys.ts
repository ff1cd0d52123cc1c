import { z } from 'zod';
import { configSchema } from './schema.ts';

/** One key that can be set: its dotted path, environment variable, kind, default and meaning. */
export interface ConfigKey {
  path: readonly string[];
  env: string;
  type: 'string' | 'number' | 'boolean' | 'json';
  allowed: string;
  default: unknown;
  description: string;
}

const envPrefix = 'HYBRID_ROUTING_';

// A JSON Schema is plain data, so the configuration can be walked without reaching into zod's own classes.
const nodeSchema = z.looseObject({
  type: z.string().optional(),
  description: z.string().optional(),
  default: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
});
type SchemaNode = z.infer<typeof nodeSchema>;

/** Every key of the configuration, in the order of the schema. */
export const configKeys: readonly ConfigKey[] = walk(
  nodeSchema.parse(z.toJSONSchema(configSchema, { io: 'input' })),
  [],
);

function walk(node: SchemaNode, path: readonly string[]): ConfigKey[] {
  if (node.properties) {
    return Object.entries(node.properties).flatMap(([name, child]) => walk(nodeSchema.parse(child), [...path, name]));
  }
  return [
    {
      path,
      env: envName(path),
      type: keyType(node),
      allowed: allowedValues(node),
      default: node.default,
      description: node.description ?? '',
    },
  ];
}

function envName(path: readonly string[]): string {
  return envPrefix + path.map((part) => part.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()).join('_');
}

function keyType(node: SchemaNode): ConfigKey['type'] {
  if (node.type === 'integer' || node.type === 'number') return 'number';
  if (node.type === 'string' || node.type === 'boolean') return node.type;
  return 'json';
}

function allowedValues(node: SchemaNode): string {
  if (node.enum) return node.enum.join(', ');
  if (node.minimum !== undefined && node.maximum !== undefined) return `${node.minimum} to ${node.maximum}`;
  return node.type ?? 'JSON';
}

/** The keys that are allowed under a dotted path: what an unknown key is told. */
export function keysUnder(path: readonly string[]): string[] {
  const names = configKeys
    .filter((key) => path.every((part, index) => key.path[index] === part))
    .map((key) => key.path[path.length])
    .filter((name) => name !== undefined);
  return [...new Set(names)];
}

export function isOwnVariable(name: string): boolean {
  return name.startsWith(envPrefix);
}
