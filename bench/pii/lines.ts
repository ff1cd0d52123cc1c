import { readFile } from 'node:fs/promises';
import { z } from 'zod';

const spanSchema = z.object({ type: z.string().min(1), start: z.int().min(0), end: z.int().min(0) });

/** A text with the personal data in it, as offsets in UTF-16 code units. */
const lineSchema = z.object({
  text: z.string(),
  spans: z.array(spanSchema),
  /** Only in the recognizer vectors: the type that the line tests, and how often it occurs. */
  type: z.string().optional(),
  n: z.int().min(0).optional(),
});
export type LabelledLine = z.infer<typeof lineSchema>;
export type LabelledSpan = z.infer<typeof spanSchema>;

/** A data file that cannot be measured: the message names the line. */
export class DataError extends Error {}

/** Reads a file of JSON lines; an empty line is skipped, any other that does not fit is an error with its number. */
export async function readLines(file: string): Promise<LabelledLine[]> {
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw new DataError(`${file} cannot be read: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  });
  return text
    .split('\n')
    .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${file}:${index + 1}`)]));
}

function parseLine(line: string, place: string): LabelledLine {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (thrown) {
    throw new DataError(`${place}: not JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new DataError(`${place}: ${issue?.path.join('.') ?? 'line'}: ${issue?.message ?? 'does not fit'}`);
  }
  const outside = parsed.data.spans.find(({ start, end }) => start >= end || end > parsed.data.text.length);
  if (outside) throw new DataError(`${place}: span ${outside.start}-${outside.end} is not inside the text`);
  return parsed.data;
}
