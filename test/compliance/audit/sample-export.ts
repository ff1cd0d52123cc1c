import type { ExportReport } from '../../../src/compliance/audit/export-report.ts';
import { type VerifyExportOptions, verifyExport } from '../../../src/compliance/audit/export-verify.ts';
import { type AuditSource, type ExportRequest, exportLines } from '../../../src/compliance/audit/export-write.ts';
import { formatKey } from '../../../src/compliance/audit/note-keys.ts';
import { origin, pagesOf, type SampleLog, signer, startedAt, trustedKeys } from './sample-log.ts';

export function sourceOf({ rows, checkpoints, head }: Omit<SampleLog, 'head'> & { head: string | null }): AuditSource {
  return {
    size: async () => rows.length,
    head: async () => head,
    checkpoints: async function* () {
      yield* checkpoints;
    },
    pages: (from, to) => pagesOf(rows.slice(from - 1, to)),
    leaves: async function* (from, to) {
      for await (const page of pagesOf(rows.slice(from - 1, to), 4)) yield page.map(({ leaf }) => leaf);
    },
  };
}

export async function exported(source: AuditSource, range: Partial<ExportRequest> = {}): Promise<string> {
  const publicKeys = [formatKey(signer.name, signer.publicKey)];
  const lines = [];
  for await (const line of exportLines({ source, origin, publicKeys, createdAt: startedAt, ...range }))
    lines.push(line);
  return lines.join('');
}

/** Reads the file in pieces of 1,000 bytes, as from a disk. */
export async function check(
  file: string | Uint8Array,
  options: VerifyExportOptions = { trustedKeys },
): Promise<ExportReport> {
  const bytes = Buffer.from(file);
  const chunks = async function* () {
    for (let at = 0; at < bytes.length; at += 1_000) yield bytes.subarray(at, at + 1_000);
  };
  return verifyExport(chunks(), options);
}
