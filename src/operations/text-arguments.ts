import { z } from 'zod';

/** The JSON type of a field, where it has one. */
function typeOf(schema: z.ZodObject, name: string): unknown {
  const field = schema.shape[name];
  return field && z.toJSONSchema(field, { io: 'input', unrepresentable: 'any' }).type;
}

/**
 * Arguments from a query or a command line, where everything is text. What cannot be read as its field's type stays text, and
 * the schema says what is wrong with it.
 */
export function textArguments(schema: z.ZodObject, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, readAs(typeOf(schema, name), text)]));
}

function readAs(type: unknown, text: string): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'object':
      return parsed(text);
    default:
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // the schema then says that it is no object
  }
}
