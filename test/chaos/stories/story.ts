import type { Asked, Question } from '../ask.ts';
import { limitOf } from '../ask.ts';
import type { Outcome, Row, Stage } from '../row.ts';

/** Notes what does not hold. */
export type Check = (holds: boolean, otherwise: string) => void;

interface Told {
  happened: string;
  /** The operation whose class and time stand in the line. */
  asked: Asked;
  question: Question;
  effects?: string;
}

/** A row that is more than one fault and its effects. */
export function story(path: string, fault: string, tell: (stage: Stage, check: Check) => Promise<Told>): Row {
  const play = async (stage: Stage): Promise<Outcome> => {
    const problems: string[] = [];
    const {
      happened,
      asked,
      question,
      effects = '',
    } = await tell(stage, (holds, otherwise) => {
      if (!holds) problems.push(otherwise);
    });
    const { result } = asked;
    const errorClass = result.attempts[0]?.errorClass ?? '-';
    return { errorClass, effects, happened, latencyMs: result.latencyMs, limitMs: limitOf(result, question), problems };
  };
  return { path, fault, play };
}

export const emergency: Question = { operation: 'emergency', prompt: 'chaos: an emergency' };
export const kiro: Question = { operation: 'kiro_communication', prompt: 'chaos: a word from Kiro' };
