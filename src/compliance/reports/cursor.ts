import { HybridRoutingError } from '../../config/errors.ts';

/** Where a list goes on: a report's name and a place, so that no report takes another's. */
export function cursorAt(report: string, place: number): string {
  return `${report}:${place}`;
}

/** @returns the place; undefined where there is no cursor. @throws HybridRoutingError `invalid_input` */
export function placeOf(cursor: string | undefined, report: string): number | undefined {
  if (cursor === undefined) return undefined;
  const [, name, place] = /^(\w+):(\d{1,15})$/.exec(cursor) ?? [];
  if (name === report && place !== undefined) return Number(place);
  throw new HybridRoutingError(
    'invalid_input',
    `cursor: is not one of report ${report}`,
    'Give nextCursor of the page before, with the same report, from and to; or none, to begin.',
  );
}
