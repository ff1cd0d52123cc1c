import { readHead } from '../../audit/audit-rows.ts';
import { openCheckpoint } from '../../audit/checkpoint.ts';
import { exportFormat, exportVersion } from '../../audit/export-format.ts';
import type { TrustedKey } from '../../audit/note-keys.ts';
import { reportCall } from '../control.ts';
import { isoTime } from '../period.ts';
import type { Report, ReportBody } from '../report-body.ts';
import { keyLines } from './verify-report.ts';

/** How an export is made, and what it will say: the file itself is written by the command line, where a person keeps it. */
export const exportFacts: Report = async ({ store, trail, config }) => {
  const { size, note } = await store.run(readHead);
  return exportBody({ size, note, keys: await trail.trustedKeys(), origin: config.audit.origin });
};

interface ExportFacts {
  size: number;
  /** The signed head; empty while the log is. */
  note: string;
  keys: readonly TrustedKey[];
  origin: string;
}

export function exportBody({ size, note, keys, origin }: ExportFacts): ReportBody {
  if (size === 0) return { status: 'not_assessed', summary: ['The audit log is empty: there is nothing to export.'] };
  const opened = openCheckpoint(note, keys);
  const lines = keyLines(keys, origin);
  const head = opened.checkpoint;
  return {
    status: opened.ok ? 'pass' : 'fail',
    summary: [
      `Export: hybrid-routing-mcp audit export --out FILE (${size} rows, ${exportFormat} version ${exportVersion}).`,
      'Check it anywhere: hybrid-routing-mcp audit verify FILE --key KEY. Keep the key apart from the file.',
      opened.ok
        ? `Head of ${head?.size} rows${signedAt(head?.time)}, root ${head?.root}.`
        : `The signed head is not good: ${opened.reason}`,
      ...lines.map((line) => `Key: ${line}`),
    ],
    rows: [
      {
        format: exportFormat,
        version: exportVersion,
        origin,
        size,
        root: head?.root ?? null,
        note,
        publicKeys: lines.join('\n'),
      },
    ],
    next: opened.ok ? [] : [reportCall('audit_verify', 'see what is wrong with the log')],
    audited: { size },
  };
}

function signedAt(time: number | null | undefined): string {
  return typeof time === 'number' ? `, signed ${isoTime(time)}` : '';
}
