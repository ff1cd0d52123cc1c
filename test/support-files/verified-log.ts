import { auditSigner } from '../../src/compliance/audit/audit-signer.ts';
import { AuditTrail, type TrailVerification } from '../../src/compliance/audit/audit-trail.ts';
import { auditSchema } from '../../src/config/audit-schema.ts';
import { KeyRing } from '../../src/store/key-ring.ts';
import { masterKeyOf } from '../../src/store/master-key.ts';
import { placeIn } from './store-engines.ts';

/** The ids of the operations in a log on PostgreSQL, and what a process finds that knows only its key. */
export async function verifiedBy({ postgres, key }: { postgres: string; key: string }): Promise<{
  ids: string[];
  verification: TrailVerification;
}> {
  const place = placeIn(postgres);
  const store = place.store();
  const { origin } = auditSchema.parse({});
  const masterKey = masterKeyOf({ config: { key }, folder: place.folder, store, kms: null, wallClock: Date.now });
  const keys = new KeyRing({ store, masterKey, wallClock: Date.now });
  const signer = () => auditSigner(keys, origin);
  const trail = new AuditTrail({
    store,
    signer,
    anchor: null,
    origin,
    lastNote: () => '',
    outsideKeys: async () => [],
  });
  const rows = await place.sql("select content from audit_log where kind = 'OPERATION'");
  const ids = rows.map(({ content }) => JSON.parse(String(content)).body.operationId);
  const verification = await trail.verify();
  await place.remove();
  return { ids, verification };
}
