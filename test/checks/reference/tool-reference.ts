import { z } from 'zod';
import { tools } from '../../../tools/index.ts';

const fieldSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
});
const objectSchema = z.looseObject({
  properties: z.record(z.string(), fieldSchema).default({}),
  required: z.array(z.string()).default([]),
});

/** docs/tools.md, from the definitions that clients see. */
export function toolReference(): string {
  return ['# Tools', '', 'Made from `tools/` by `npm run docs`.', '', ...tools.flatMap(toolSection)].join('\n');
}

function toolSection({ name, description, annotations, input, output }: (typeof tools)[number]): string[] {
  const hints = Object.entries(annotations).filter(([, value]) => value === true);
  const arguments_ = objectSchema.parse(z.toJSONSchema(input, { io: 'input' }));
  const result = objectSchema.parse(z.toJSONSchema(output));
  return [
    `## ${name}`,
    '',
    `${annotations.title}. ${description}`,
    '',
    `Hints: ${hints.map(([hint]) => hint).join(', ') || 'none'}.`,
    '',
    '| argument | type | needed | default | meaning |',
    '|---|---|---|---|---|',
    ...Object.entries(arguments_.properties).map(([field, about]) => {
      const needed = arguments_.required.includes(field) ? 'yes' : '';
      const byDefault = about.default === undefined ? '' : `\`${JSON.stringify(about.default)}\``;
      return `| \`${field}\` | ${typeOf(about)} | ${needed} | ${byDefault} | ${about.description ?? ''} |`;
    }),
    '',
    `Answers: ${Object.keys(result.properties)
      .map((field) => `\`${field}\``)
      .join(', ')}.`,
    '',
  ];
}

function typeOf({ type, enum: values }: z.output<typeof fieldSchema>): string {
  return values ? values.map((value) => `\`${value}\``).join(' or ') : [type ?? 'any'].flat().join(' or ');
}
