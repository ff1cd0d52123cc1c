import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import { operationTypeSchema } from '../config/operation-types.ts';
import type { Caller } from '../support/caller.ts';
import { type OperationResult, operationRequestSchema, operationResultSchema } from '../support/operation.ts';
import { guarded, type Rules } from './guarded.ts';
import { defineOperation, type OperationContext } from './operation.ts';

const { operation, ...request } = operationRequestSchema.shape;

const inputSchema = z
  .strictObject({
    operation: operation.optional().describe('Operation type; it sets path, target and SLA. Needed but for a handle.'),
    ...request,
    background: z.boolean().default(false).describe('Answer a handle at once; the operation runs on.'),
    operationId: z
      .string()
      .max(100)
      .optional()
      .describe('A handle, alone or with cancel: answers its state or result.'),
    cancel: z.boolean().default(false).describe('End the operation of operationId.'),
  })
  .superRefine((input, context) => {
    for (const { path, message } of problemsOf(input)) context.addIssue({ code: 'custom', path: [path], message });
  });
type Input = z.output<typeof inputSchema>;

/** Arguments that go with a handle; of the others a `false` says nothing. */
const withHandle = ['operationId', 'cancel'];

/** Which arguments do not go together. */
function problemsOf(input: Input): { path: string; message: string }[] {
  if (input.operationId !== undefined) {
    return Object.entries(input)
      .filter(([name, value]) => !withHandle.includes(name) && value !== undefined && value !== false)
      .map(([path]) => ({ path, message: 'does not go with operationId, which is given alone or with cancel' }));
  }
  const named = operationTypeSchema.safeParse(input.operation);
  return [
    ...(named.error?.issues ?? []).map(({ message }) => ({ path: 'operation', message })),
    ...(input.cancel ? [{ path: 'cancel', message: 'needs the operationId to cancel' }] : []),
    ...(input.background && input.dryRun
      ? [{ path: 'background', message: 'does not go with dryRun, which answers at once' }]
      : []),
  ];
}

const rules: Rules = { scopes: ['viewer'], inLockdown: true };
/** The pipeline writes a row for each operation, so that only a look at a handle has an access row. */
const rulesOf = ({ operationId }: Input): Rules =>
  operationId === undefined ? { ...rules, recordsItself: true } : rules;

const defined = defineOperation({
  ...rules,
  name: 'route_operation',
  input: inputSchema,
  output: operationResultSchema,
  run: perform,
});

export const routeOperation: typeof defined = {
  ...defined,
  rulesOf,
  run: (context, input, caller) =>
    guarded(context, { name: defined.name, rules: rulesOf(input), input, caller }, () =>
      perform(context, input, caller),
    ),
};

async function perform(
  { support, background }: OperationContext,
  input: Input,
  caller: Caller,
): Promise<OperationResult> {
  const { operationId, cancel, background: inBackground, operation: type, ...asked } = input;
  if (operationId !== undefined) {
    return cancel ? background.cancel(operationId, caller) : background.look(operationId, caller);
  }
  if (type === undefined) throw new HybridRoutingError('invalid_input', 'operation: is missing', 'Give operation.');
  const operationRequest = { ...asked, operation: type };
  return inBackground ? background.start(operationRequest, caller) : support.run(operationRequest, caller);
}
