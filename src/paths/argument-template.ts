import type { z } from 'zod';
import { ownProperty } from './own-property.ts';
import type { PathRequest } from './path.ts';

type Json = z.core.util.JSONType;

const placeholder = /\{\{\s*([\w.-]+)\s*\}\}/g;
const onlyPlaceholder = /^\{\{\s*([\w.-]+)\s*\}\}$/;

/**
 * Fills the arguments of an upstream tool. A value that is one placeholder takes the thing itself (an object stays an
 * object, a number a number); inside longer text it takes its text. What the operation does not have is left out:
 * a key whose value is a lone missing placeholder disappears, in text it becomes empty.
 */
export function fillArguments(template: Readonly<Record<string, Json>>, request: PathRequest): Record<string, unknown> {
  const values = {
    prompt: request.prompt,
    type: request.type,
    class: request.class,
    operationId: request.operationId,
    messages: request.messages.map(({ role, text }) => ({ role, text })),
    context: request.context,
  };
  const filled = fill(template, values);
  return typeof filled === 'object' && filled !== null ? { ...filled } : {};
}

function fill(template: unknown, values: Record<string, unknown>): unknown {
  if (typeof template === 'string') return fillText(template, values);
  if (Array.isArray(template)) return template.map((item) => fill(item, values)).filter((item) => item !== undefined);
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template)
      .map(([key, value]) => [key, fill(value, values)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function fillText(text: string, values: Record<string, unknown>): unknown {
  const lone = onlyPlaceholder.exec(text)?.[1];
  if (lone !== undefined) return ownProperty(values, lone);
  return text.replace(placeholder, (_, name: string) => asText(ownProperty(values, name)));
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
