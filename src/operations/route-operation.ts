import { operationRequestSchema, operationResultSchema } from '../support/operation.ts';
import { defineOperation } from './operation.ts';

export const routeOperation = defineOperation({
  name: 'route_operation',
  scopes: ['viewer'],
  inLockdown: true,
  recordsItself: true,
  input: operationRequestSchema,
  output: operationResultSchema,
  run: ({ support }, request, caller) => support.run(request, caller),
});
