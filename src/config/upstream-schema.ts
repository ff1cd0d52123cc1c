import { z } from 'zod';
import { operationTypeSchema } from './operation-types.ts';
import { locationSchema } from './residency-schema.ts';

/** One upstream MCP server: a command to start (stdio) or a URL (Streamable HTTP), and how its tool is called. */
export const upstreamSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
      .describe('Name in health, logs and errors; unique among the upstreams.'),
    command: z.string().min(1).optional().describe('Program to start; it speaks MCP over stdio. Either this or url.'),
    args: z.array(z.string()).default([]).describe('Arguments of the command.'),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Environment of the command, added to a safe default (PATH, HOME ...). ${NAME} takes a variable.'),
    cwd: z.string().min(1).optional().describe('Working directory of the command.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Streamable HTTP endpoint. Either this or command.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('HTTP headers sent with every request. ${NAME} takes an environment variable.'),
    protocol: z
      .enum(['legacy', 'auto', '2026-07-28'])
      .optional()
      .describe(
        'MCP era: legacy (initialize handshake), 2026-07-28, or auto. Default: auto for url, legacy for command.',
      ),
    tool: z.string().min(1).describe('Name of the tool that answers an operation.'),
    arguments: z
      .record(z.string(), z.json())
      .default({ prompt: '{{prompt}}', type: '{{type}}' })
      .describe(
        'Arguments of the tool: JSON in which {{prompt}}, {{type}}, {{class}}, {{operationId}}, {{messages}}, {{context}} and {{context.x}} are filled in.',
      ),
    result: z
      .string()
      .regex(/^(text|structuredContent(\.[^.]+)*)$/, 'must be "text" or a path such as structuredContent.answer')
      .default('text')
      .describe('Where the answer is: text (all text blocks, joined) or a path into structuredContent.'),
    location: locationSchema
      .optional()
      .describe('Where it processes data: an AWS region, a country code such as DE, or local for this machine.'),
    operations: z
      .array(operationTypeSchema)
      .min(1)
      .optional()
      .describe('Operation types that this upstream answers. All by default.'),
  })
  .superRefine((upstream, context) => {
    if ((upstream.command === undefined) === (upstream.url === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs exactly one of command or url' });
    }
  });

export type UpstreamConfig = z.infer<typeof upstreamSchema>;
