import type { z } from 'zod';
import type { Caller } from '../support/caller.ts';
import type { Protection } from './confirmation/plan.ts';
import type { Rules } from './guarded.ts';
import type { OperationContext } from './operation.ts';

/** read: changes nothing; write: can be undone, or ends by itself; destructive: stops service or cannot be undone. */
export type Risk = 'read' | 'write' | 'destructive';

/** An HTTP route, and command, of an action. */
export interface Route {
  method: 'GET' | 'POST';
  /** `/admin/...`; `{name}` is an argument. */
  path: string;
  summary: string;
  /** Arguments that the route itself stands for. */
  fixed?: Readonly<Record<string, unknown>>;
  /** The argument that the body is as a whole; without it each field of the body is an argument. */
  bodyIs?: string;
  /** Arguments for whoever gives none: curl from a runbook has no body. */
  defaults?: Readonly<Record<string, unknown>>;
  /** The route that takes it back; null where there is none to take back, or nothing can. */
  undo: string | null;
}

/** What an operator can do, once: its tool, routes and commands are made from this. */
export interface Action<Input extends z.ZodObject = z.ZodObject> extends Rules {
  /** The word that names it in its tool. */
  name: string;
  /** In a few words, for the tool's description. */
  brief: string;
  risk: Risk;
  input: Input;
  routes: readonly Route[];
  /** False where nothing can take it back. */
  reversible?: false;
  /** What the change does to a protection in force; nothing where nothing is said. */
  protection?(context: OperationContext, input: z.output<Input>): Protection;
  run(context: OperationContext, input: z.output<Input>, caller: Caller): Promise<Record<string, unknown>>;
}

/** An action whose arguments are known by its schema alone. */
export interface AnyAction extends Omit<Action, 'run' | 'protection'> {
  protectionOf(context: OperationContext, args: unknown): Protection;
  /** @throws z.ZodError for arguments that its schema refuses */
  perform(context: OperationContext, args: unknown, caller: Caller): Promise<Record<string, unknown>>;
}

export function defineAction<Input extends z.ZodObject>(action: Action<Input>): AnyAction {
  const { run, protection, ...facts } = action;
  return {
    ...facts,
    protectionOf: (context, args) => protection?.(context, action.input.parse(args)) ?? null,
    perform: (context, args, caller) => run(context, action.input.parse(args), caller),
  };
}
