import { z } from 'zod';
import { HybridRoutingError } from '../config/errors.ts';
import type { AnyAction } from './action.ts';
import { guarded } from './guarded.ts';
import type { Change, Operation, OperationContext } from './operation.ts';

interface ToolSpec<Output extends z.ZodObject> {
  /** Name of the tool. */
  name: string;
  /** The argument that names the action. */
  by: 'action' | 'report' | 'route';
  /** What stands before the actions in its description. */
  about?: string;
  /** The action where none is named. */
  byDefault?: string;
  actions: readonly AnyAction[];
  output: Output;
}

/** An operation of several actions, with all their arguments, and what the tool is made of. */
export interface ActionOperation<Output extends z.ZodObject = z.ZodObject> extends Operation<z.ZodObject, Output> {
  by: ToolSpec<Output>['by'];
  actions: readonly AnyAction[];
}

type Arguments = Record<string, unknown>;

/** Makes one operation of the actions of a tool: its input takes every argument that one of them takes. */
export function toolOperation<Output extends z.ZodObject>(spec: ToolSpec<Output>): ActionOperation<Output> {
  const { name, by, actions, output } = spec;
  const actionOf = (input: Arguments) => {
    const action = actions.find((candidate) => candidate.name === input[by]);
    if (!action) throw new HybridRoutingError('invalid_input', `${by}: is missing`, `Give ${by}.`);
    return action;
  };
  const changeOf = (context: OperationContext, input: Arguments): Change => {
    const action = actionOf(input);
    const args = argumentsOf(by, action, input);
    const { scopes, reversible = true } = action;
    const [scope = 'operator'] = scopes;
    return { action: `${name} ${action.name}`, scope, protection: action.protectionOf(context, args), reversible };
  };
  return {
    name,
    by,
    actions,
    input: inputOf(spec),
    output,
    writes: actions.some(({ risk }) => risk !== 'read'),
    rulesOf: actionOf,
    changes: (input) => actionOf(input).risk !== 'read' && input.dryRun !== true,
    changeOf,
    async run(context, input, caller) {
      const action = actionOf(input);
      return guarded(context, { name, rules: action, input, caller }, async () => {
        const result = await action.perform(context, argumentsOf(by, action, input), caller);
        return output.parse({ [by]: action.name, ...result });
      });
    },
  };
}

function inputOf<Output extends z.ZodObject>({ by, about, byDefault, actions }: ToolSpec<Output>): z.ZodObject {
  const names = z.enum(actions.map(({ name }) => name));
  const word = byDefault === undefined ? names : names.default(byDefault);
  const briefs = about ?? actions.map(({ name, brief }) => `${name}: ${brief}`).join('; ');
  // What one action needs another does not take: the action's own schema asks for it.
  const fields = actions.flatMap(({ input }) =>
    Object.entries(input.shape).map(([name, field]) => [
      name,
      field.safeParse(undefined).success ? field : field.optional(),
    ]),
  );
  return z.strictObject({ [by]: word.describe(`${briefs}.`), ...Object.fromEntries(fields) });
}

/** What of the tool's arguments is the action's: any other is refused, not ignored. */
function argumentsOf(by: string, action: AnyAction, { [by]: _, ...given }: Arguments): Arguments {
  const takes = Object.keys(action.input.shape);
  const meant = Object.entries(given).filter(([name, value]) => value !== undefined && !isDefault(name, value));
  const strange = meant.find(([name]) => !takes.includes(name));
  if (!strange) return Object.fromEntries(meant);
  const remedy = takes.length === 0 ? 'It takes no further argument.' : `It takes ${takes.join(', ')}.`;
  throw new HybridRoutingError('invalid_input', `${strange[0]}: does not go with ${by} ${action.name}`, remedy);
}

/** Every write has it, and reads may be given it: they are dry anyway. */
function isDefault(name: string, value: unknown): boolean {
  return name === 'dryRun' && value === false;
}
