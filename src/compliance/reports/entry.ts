import type { z } from 'zod';
import type { AuditRow } from '../audit/entry.ts';
import { type BodyKind, type BodyOf, bodySchemas } from './row-bodies.ts';

export type StoredRow = Pick<AuditRow, 'seq' | 'at' | 'kind' | 'content'>;

export interface Place {
  seq: number;
  /** Milliseconds since 1970, by the writer's clock. */
  at: number;
}

type Known = { [Kind in BodyKind]: Place & { kind: Kind; body: BodyOf<Kind> } }[BodyKind];

/** A row as the reports read it. */
export type Entry =
  | Known
  /** A kind that no report tells of: a writer's first and last row, or one of a newer version. */
  | (Place & { kind: 'other' })
  /** Retention took the content. */
  | (Place & { kind: 'pruned' })
  /** The body is not that of its kind: counted and told, never passed over in silence. */
  | (Place & { kind: 'unreadable' });

export function readEntry({ seq, at, kind, content }: StoredRow): Entry {
  const place = { seq, at };
  if (content === null) return { ...place, kind: 'pruned' };
  switch (kind) {
    case 'OPERATION':
      return read(place, kind, bodySchemas.OPERATION, content);
    case 'ACCESS':
      return read(place, kind, bodySchemas.ACCESS, content);
    case 'MODE':
      return read(place, kind, bodySchemas.MODE, content);
    case 'OVERRIDE':
      return read(place, kind, bodySchemas.OVERRIDE, content);
    case 'CONFIGURATION':
      return read(place, kind, bodySchemas.CONFIGURATION, content);
    case 'CONSENT':
      return read(place, kind, bodySchemas.CONSENT, content);
    case 'ERASURE':
      return read(place, kind, bodySchemas.ERASURE, content);
    case 'REPORT':
      return read(place, kind, bodySchemas.REPORT, content);
    case 'RETENTION':
      return read(place, kind, bodySchemas.RETENTION, content);
    default:
      return { ...place, kind: 'other' };
  }
}

function read<Kind extends BodyKind, Body>(place: Place, kind: Kind, schema: z.ZodType<Body>, content: string) {
  const body = schema.safeParse(bodyOf(content));
  return body.success ? { ...place, kind, body: body.data } : { ...place, kind: 'unreadable' as const };
}

/** Undefined where the content is not that of a row. */
function bodyOf(content: string): unknown {
  try {
    const row: unknown = JSON.parse(content);
    return typeof row === 'object' && row !== null && 'body' in row ? row.body : undefined;
  } catch {
    return undefined; // told as unreadable; audit_verify says what is wrong with it
  }
}
