import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { type AppState, closeState, createState } from './app-state.ts';
import { auditSource } from './compliance/audit/audit-source.ts';
import { reportText } from './compliance/audit/export-report.ts';
import { verifyExportFile } from './compliance/audit/export-verify.ts';
import { exportLines } from './compliance/audit/export-write.ts';
import { formatKey, parseTrustedKey } from './compliance/audit/note-keys.ts';
import { importConsents } from './compliance/consent/import-consents.ts';
import { verificationFacts, verificationStatus } from './compliance/reports/audit/verify-report.ts';
import { HybridRoutingError, messageOf } from './config/errors.ts';
import type { Config } from './config/schema.ts';
import { createLogger } from './telemetry/logger.ts';

/** Commands on the state, without a server: they share it with the servers that run. */

const wallClock = () => Date.now();

/** Opens the state, and writes to its audit log what was done with it. @throws StoreError where it cannot be opened */
async function withState<Result>(config: Config, work: (state: AppState) => Promise<Result>): Promise<Result> {
  const logger = createLogger({ ...config, logLevel: 'warn' });
  const state = createState({ config, logger, env: process.env, wallClock });
  try {
    // A command is told at once that there is no store; a server goes on without one.
    await state.store.run(async () => undefined);
    await state.audit.open();
    return await work(state);
  } finally {
    await closeState(state, logger);
  }
}

const caller = { transport: 'cli', client: null } as const;

interface ExportOptions {
  out: string;
  from?: number | undefined;
  to?: number | undefined;
  prove?: number[] | undefined;
}

/** Writes an export: a whole file, or none. */
export async function exportAudit(config: Config, { out, from, to, prove }: ExportOptions): Promise<void> {
  await withState(config, async ({ store, trail, audit, checkpoints }) => {
    await checkpoints.keep();
    const source = await auditSource(store);
    const keys = await trail.trustedKeys();
    const { origin } = config.audit;
    const publicKeys = keys.map(({ name, publicKey }) => formatKey(name ?? origin, publicKey));
    const lines = exportLines({ source, origin, from, to, proofs: prove, publicKeys, createdAt: wallClock() });
    const written = await writeWhole(out, lines);
    const rows = await source.size();
    await audit.append('REPORT', { report: 'export', from: from ?? 1, to: to ?? rows, bytes: written, caller });
    say(`Exported rows ${from ?? 1} to ${to ?? rows} to ${out} (${written} bytes).`);
    say(`Keep this key apart from the file: ${publicKeys.join('\n')}`);
    say(`Check it anywhere: hybrid-routing-mcp audit verify ${out} --key '${publicKeys[0] ?? ''}'`);
  });
}

/** Beside its place first, so that a file under its name is a whole one. @returns bytes */
async function writeWhole(out: string, lines: AsyncIterable<string>): Promise<number> {
  const temporary = `${out}.${process.pid}.part`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    let bytes = 0;
    let buffer = '';
    const flush = async () => {
      const { bytesWritten } = await handle.write(buffer);
      bytes += bytesWritten;
      buffer = '';
    };
    try {
      for await (const line of lines) {
        buffer += line;
        if (buffer.length > 1_048_576) await flush();
      }
      await flush();
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, out);
    return bytes;
  } catch (thrown) {
    await rm(temporary, { force: true });
    if (thrown instanceof HybridRoutingError) throw thrown;
    throw new HybridRoutingError(
      'export_failed',
      `--out ${out}: ${messageOf(thrown)}`,
      'Name a file that can be written.',
    );
  }
}

/** Verifies an export offline. @returns the exit status: 0 whole, 1 broken, 2 unreadable */
export async function verifyAuditFile(file: string, keys: readonly string[]): Promise<number> {
  const trustedKeys = keys.map(parseTrustedKey);
  const report = await verifyExportFile(file, { trustedKeys, onProgress: progress('rows') });
  process.stdout.write(reportText(report));
  return report.exitCode;
}

/** Verifies the log in the store. @returns the exit status: 0 whole, 1 broken */
export async function verifyAuditLog(config: Config): Promise<number> {
  return withState(config, async ({ trail, audit }) => {
    const found = await trail.verify({ onProgress: progress('rows') });
    // The reports of servers on this state tell from it when the log was last whole.
    const status = verificationStatus(found, audit.status);
    await audit.append('REPORT', { report: 'audit_verify', status, verification: verificationFacts(found), caller });
    say(
      `${found.ok ? 'WHOLE' : 'BROKEN'}: verified to row ${found.verifiedTo} of ${found.of}, ${found.unanchored} unanchored`,
    );
    for (const { seq, kind, message } of found.breaks) say(`row ${seq} (${kind}): ${message}`);
    const { total, withoutClose } = found.writers;
    say(`writers ${total}, without a close ${withoutClose.length} (this one and every running server among them)`);
    say(`checkpoints ${found.checkpoints.valid}, pruned rows ${found.pruned}`);
    if (found.anchor) say(`anchor ${found.anchor.name}: ${found.anchor.problem ?? `${found.anchor.checkpoints} read`}`);
    return found.ok ? 0 : 1;
  });
}

/** Takes a file of consents as a whole, or not at all. */
export async function importConsentFile(config: Config, file: string, format: 'csv' | 'jsonl'): Promise<void> {
  await withState(config, async ({ consents, audit }) => {
    const sink = await consents.import();
    const stream = createReadStream(file);
    const count = await importConsents({ stream, format, recordedAt: wallClock(), sink });
    await audit.append('CONSENT', { decision: 'import', import: sink.id, records: count, caller });
    say(`Imported ${count} consent records.`);
  });
}

/** Tells on stderr, in a terminal alone, how far a long job is. */
function progress(what: string): ((count: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined;
  return (count) => void process.stderr.write(`\r${count} ${what}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
