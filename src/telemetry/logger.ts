import { type DestinationStream, pino } from 'pino';
import type { Config } from '../config/schema.ts';

/** The runbook's filter words: each log line carries one, or none where it is ordinary. */
export type LogEvent = 'ROUTING_DECISION' | 'PII_DETECTED' | 'LATENCY' | 'SECURITY' | 'ERROR';

interface LogFields {
  component: string;
  event?: LogEvent;
  [field: string]: unknown;
}

/** What the parts of the server log with. Fields never hold a prompt, an answer, a secret or personal data. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

const stderr = 2;

/** JSON lines on stderr: stdout belongs to the protocol. */
export function createLogger(config: Pick<Config, 'logLevel' | 'simulate'>, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: config.simulate ? { simulated: true } : null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return pino(options, destination ?? pino.destination({ fd: stderr, sync: true }));
}
