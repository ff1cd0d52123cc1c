import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { fileAnchor } from '../../../src/compliance/anchors/file-anchor.ts';
import { AuditCheckpoints } from '../../../src/compliance/audit/audit-checkpoints.ts';
import { AuditLog, type AuditLogStatus } from '../../../src/compliance/audit/audit-log.ts';
import { auditSigner } from '../../../src/compliance/audit/audit-signer.ts';
import { AuditSpool } from '../../../src/compliance/audit/audit-spool.ts';
import { AuditTrail } from '../../../src/compliance/audit/audit-trail.ts';
import { AuditWriters } from '../../../src/compliance/audit/audit-writers.ts';
import { trustedKey } from '../../../src/compliance/audit/note-keys.ts';
import { ed25519Signer } from '../../../src/compliance/audit/signed-note.ts';
import { type AuditConfig, auditSchema } from '../../../src/config/audit-schema.ts';
import { KeyRing } from '../../../src/store/key-ring.ts';
import { masterKeyOf } from '../../../src/store/master-key.ts';
import { once } from '../../../src/store/once.ts';
import type { Place } from '../../support-files/store-engines.ts';

interface PartsOptions {
  config?: Partial<AuditConfig>;
  /** Folder of a file anchor. */
  anchor?: string;
  cosigned?: boolean;
  writer?: string;
  wallClock?: () => number;
}

export type AuditParts = ReturnType<typeof auditOn>;

/** The audit log of one process, wired as `app-state.ts` does it, with what it told. */
export function auditOn(place: Place, { config = {}, anchor: folder, cosigned = false, ...how }: PartsOptions = {}) {
  const { writer = `w-${randomBytes(6).toString('hex')}`, wallClock = Date.now } = how;
  const audit = { ...auditSchema.parse({}), ...config };
  const { origin } = audit;
  const store = place.store();
  const masterKey = masterKeyOf({ config: {}, folder: place.folder, store, kms: null, wallClock });
  const keys = new KeyRing({ store, masterKey, wallClock });
  const signer = once(() => auditSigner(keys, origin));
  const outside = ed25519Signer(`${origin}/outside`, generateKeyPairSync('ed25519').privateKey);
  const anchor = folder === undefined ? null : fileAnchor({ folder });
  const faults: string[] = [];
  const onFault = (what: string) => void faults.push(what);
  const cosigner = cosigned ? async () => outside : null;
  const checkpoints = new AuditCheckpoints({ store, config: audit, cosigner, anchor, wallClock, onFault });
  const spool = new AuditSpool(place.folder, writer);
  const told: AuditLogStatus[] = [];
  const common = { store, spool, signer, config: audit, writer, wallClock };
  const log = new AuditLog({
    ...common,
    opening: { pid: process.pid },
    onAppended: (appended) => checkpoints.appended(appended),
    onStatus: (status) => void told.push(status),
  });
  const trail = new AuditTrail({
    store,
    signer,
    anchor,
    origin,
    lastNote: () => checkpoints.lastNote,
    outsideKeys: async () => (cosigned ? [trustedKey(outside.name, outside.publicKey)] : []),
  });
  const writers = new AuditWriters({ ...common, onFault });
  return { store, spool, log, trail, checkpoints, writers, writer, told, faults, signer, outside, keys };
}

/** Ends one in the server's order. */
export async function closeAudit({ log, checkpoints, writers, store }: AuditParts): Promise<void> {
  await log.close();
  await checkpoints.stop();
  await writers.stop();
  await store.close();
}

/** So many rows at once; gives where each was acknowledged to be. */
export function appendRows({ log }: Pick<AuditParts, 'log'>, count: number, from = 0) {
  return Promise.all(Array.from({ length: count }, (_, at) => log.append('OPERATION', { number: from + at })));
}

/** The numbers of the rows in the log, in its order. */
export async function numbersIn(place: Place): Promise<number[]> {
  const rows = await place.sql("select content from audit_log where kind = 'OPERATION' order by seq");
  return rows.map(({ content }) => JSON.parse(String(content)).body.number);
}

export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
