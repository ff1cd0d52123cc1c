import { z } from 'zod';
import type { Config } from '../../src/config/schema.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';

const lineSchema = z.looseObject({ level: z.string(), msg: z.string() });
export type LogLine = z.infer<typeof lineSchema>;

/** The real logger, with what it wrote. */
export function recordingLogger(changes: Partial<Pick<Config, 'logLevel' | 'simulate'>> = {}): {
  logger: Logger;
  text: () => string;
  lines: () => LogLine[];
} {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const logger = createLogger({ logLevel: 'info', simulate: false, ...changes }, destination);
  const lines = () => written.map((line) => lineSchema.parse(JSON.parse(line)));
  return { logger, text: () => written.join(''), lines };
}
