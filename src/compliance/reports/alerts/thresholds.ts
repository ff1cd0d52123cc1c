/** An agent that misread a schema corrects itself in two or three calls: five refusals within five minutes are a pattern. */
export const refusedCalls = 5;
export const refusedWindowMs = 300_000;

/** A week, so that each hour of the day and each day of the week is in the baseline. */
export const baselineHours = 168;
/** Under a day of history the median hour says nothing of an ordinary one. */
export const leastHistoryHours = 24;
/** Three times the median: load that doubles by day and rests by night stays below it. */
export const spikeFactor = 3;
/** A small number is no spike, whatever its factor: twenty values are about what one pasted document holds. */
export const leastPersonalData = 20;
/** Each is a person whose data nobody may process: fewer are needed than of values. */
export const leastConsentViolations = 5;

/** One is enough: a target outside is asked for by configuration, so that it goes on until somebody changes it. */
export const residencyOperations = 1;
/** One is enough: it keeps an operation from its answer, and the next one too. */
export const secondStageFailures = 1;
