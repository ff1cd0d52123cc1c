const tasks =
  'the tasks extension (SEP-2663), which is optional and not scored: this server does not advertise it, its SDK has none';

/** Scenarios that fail, with the reason, by revision. None in transport, headers, caching, input-required, DNS rebinding. */
export const expectedFailures: Record<'2026-07-28' | '2025-11-25', ReadonlyMap<string, string>> = {
  '2026-07-28': new Map([
    ['tasks-capability-negotiation', tasks],
    ['tasks-dispatch-and-envelope', tasks],
    ['tasks-lifecycle', tasks],
    ['tasks-mrtr-composition', tasks],
    ['tasks-mrtr-input', tasks],
    ['tasks-request-headers', tasks],
    ['tasks-request-state-removal', tasks],
    ['tasks-required-task-error', tasks],
    ['tasks-wire-fields', tasks],
  ]),
  '2025-11-25': new Map(),
};
