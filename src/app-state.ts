import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { blockedNetworkSchema, externalAccessSchema, Networks } from './access/networks.ts';
import { anchorOf } from './compliance/anchors/anchor-of.ts';
import { AuditCheckpoints } from './compliance/audit/audit-checkpoints.ts';
import { AuditLog } from './compliance/audit/audit-log.ts';
import { auditSigner } from './compliance/audit/audit-signer.ts';
import { AuditSpool } from './compliance/audit/audit-spool.ts';
import { AuditTrail } from './compliance/audit/audit-trail.ts';
import { AuditWriters } from './compliance/audit/audit-writers.ts';
import { rawPublicKey, trustedKey } from './compliance/audit/note-keys.ts';
import { ConsentRecords } from './compliance/consent/consent-records.ts';
import { Housekeeping } from './compliance/housekeeping.ts';
import { SubjectRegistry } from './compliance/subjects/subject-registry.ts';
import { HybridRoutingError, messageOf } from './config/errors.ts';
import { pathNameSchema } from './config/operation-types.ts';
import type { Config } from './config/schema.ts';
import type { StateReport } from './health/hybrid-health-monitor.ts';
import { flagSettingSchema } from './routing/feature-flags.ts';
import { activeModeSchema, type ModeName, Modes } from './routing/modes.ts';
import { orderSchema } from './routing/orders.ts';
import { activeOverrideSchema, RouteOverrides } from './routing/overrides.ts';
import { restartables } from './routing/restarts.ts';
import { changedThresholdsSchema, RoutingSettings } from './routing/routing-settings.ts';
import { KeyRing } from './store/key-ring.ts';
import { masterKeyOf } from './store/master-key.ts';
import { once } from './store/once.ts';
import { createStore } from './store/open-store.ts';
import { SharedState, type StateScope } from './store/shared-state.ts';
import { stateFolder } from './store/state-folder.ts';
import { ResultSeal } from './support/background/result-seal.ts';
import { StoredHandles } from './support/background/stored-handles.ts';
import type { Logger } from './telemetry/logger.ts';
import { version } from './version.ts';

export type AppState = ReturnType<typeof createState>;

interface Options {
  config: Config;
  logger: Logger;
  env: Record<string, string | undefined>;
  /** Milliseconds since 1970. */
  wallClock: () => number;
}

const component = 'bedrock-support';

/** Everything that lasts: the store, what is shared through it, and the audit log. Opened in the background. */
export function createState({ config, logger, env, wallClock }: Options) {
  const folder = stateFolder({ configured: config.store.folder, env, simulate: config.simulate });
  const fault = (what: string) => (cause: string) => logger.warn({ component, cause }, what);
  const store = createStore({
    config: config.store,
    folder,
    wallClock,
    onFault: fault('state store connection lost'),
    onStatus: ({ status, name, cause }) => {
      const fields = { component, store: name, cause };
      if (status === 'away') logger.error({ ...fields, event: 'ERROR' }, 'ERROR state store away');
      else logger.info(fields, 'state store open');
    },
  });
  const shared = new SharedState({ store, wallClock, onFault: fault('shared state') });
  const keys = keyRing({ config, folder, store, wallClock });
  const writer = `${wallClock().toString(36)}-${randomBytes(6).toString('hex')}`;
  const audit = auditParts({ config, folder, store, keys, writer, wallClock, logger });
  const subjects = new SubjectRegistry({ store, keys, wallClock });
  const handles = new StoredHandles({ store, seal: new ResultSeal({ keys, subjects }), writer, wallClock });
  const consents = new ConsentRecords({ store, subjects, wallClock });
  const housekeeping = new Housekeeping({
    store,
    audit: audit.audit,
    config: config.audit,
    wallClock,
    onFault: fault('housekeeping'),
  });
  const mode = (name: ModeName) => shared.value('mode', name, activeModeSchema);
  return {
    folder,
    store,
    shared,
    subjects,
    handles,
    consents,
    housekeeping,
    keys,
    writer,
    ...audit,
    overrides: new RouteOverrides(shared.value('override', 'route', activeOverrideSchema)),
    modes: new Modes(
      { lockdown: mode('lockdown'), emergency: mode('emergency'), maintenance: mode('maintenance') },
      wallClock,
    ),
    breakerReset: shared.value('order', 'breaker_reset', orderSchema(pathNameSchema)),
    restart: shared.value('order', 'restart', orderSchema(z.enum(restartables))),
    flagSettings: shared.collection('flag', flagSettingSchema),
    settings: new RoutingSettings(config.routing, shared.value('settings', 'routing', changedThresholdsSchema)),
    networks: new Networks({
      blocks: shared.collection('blocked_network', blockedNetworkSchema),
      external: shared.value('network', 'external', externalAccessSchema),
      config: config.http,
    }),
    scope: (): StateScope => (store.status.status === 'away' ? 'this_process' : 'shared'),
  };
}

type Parts = Options & { folder: string; store: ReturnType<typeof createStore> };

function keyRing({ config, folder, store, wallClock }: Omit<Parts, 'logger' | 'env'>): KeyRing {
  const { kmsKeyId } = config.store;
  const kms =
    kmsKeyId === undefined
      ? null
      : once(async () => (await import('./store/kms.ts')).openKms({ keyId: kmsKeyId, region: config.direct.region }));
  return new KeyRing({
    store,
    wallClock,
    masterKey: masterKeyOf({ config: config.store, folder, store, kms, wallClock }),
  });
}

function auditParts({
  config,
  folder,
  store,
  keys,
  writer,
  wallClock,
  logger,
}: Omit<Parts, 'env'> & { keys: KeyRing; writer: string }) {
  const { origin } = config.audit;
  const signer = once(() => auditSigner(keys, origin));
  const cosigner = kmsCosigner(config);
  const anchor = anchorOf(config.audit.anchor, wallClock);
  const spool = new AuditSpool(folder, writer);
  const onFault = (cause: string) => logger.warn({ component, cause }, 'audit log housekeeping');
  const checkpoints = new AuditCheckpoints({ store, config: config.audit, cosigner, anchor, wallClock, onFault });
  const shared = { store, spool, signer, config: config.audit, writer, wallClock };
  const log = new AuditLog({
    ...shared,
    opening: { pid: process.pid, node: process.version, version, simulated: config.simulate },
    onAppended: (appended) => checkpoints.appended(appended),
    onStatus: (status) => {
      const fields = { component, ...status };
      if (status.state === 'stored') logger.info(fields, 'audit rows are stored again');
      else logger.error({ ...fields, event: 'ERROR' }, 'ERROR audit rows wait for the store');
    },
  });
  const trail = new AuditTrail({
    store,
    signer,
    anchor,
    origin,
    lastNote: () => checkpoints.lastNote,
    async outsideKeys() {
      if (!cosigner) return [];
      const { name, publicKey } = await cosigner();
      return [trustedKey(name, publicKey)];
    },
  });
  return { audit: log, trail, checkpoints, writers: new AuditWriters({ ...shared, onFault }), anchor };
}

function kmsCosigner({ audit, direct }: Config) {
  const { kmsKeyId } = audit;
  if (kmsKeyId === undefined) return null;
  return once(async () => {
    const { openKmsSigner } = await import('./store/kms.ts');
    const kms = await openKmsSigner({ keyId: kmsKeyId, region: direct.region });
    const publicKey = rawPublicKey(await kms.publicKey());
    return { name: `${audit.origin}/kms`, publicKey, sign: (message: Uint8Array) => kms.sign(message) };
  });
}

/** How the state stands, for health. */
export function stateReport({ store, audit }: Pick<AppState, 'store' | 'audit'>): StateReport {
  const { status, name, cause } = store.status;
  const log = audit.status;
  const findings = [
    ...(status === 'away' ? [`The state store is away (${cause}): state is kept in this process alone.`] : []),
    ...(log.state === 'spooled' ? [`${log.waiting} audit rows wait in the spool file for the store.`] : []),
    ...(log.state === 'held' ? [`${log.waiting} audit rows are in memory alone (${log.cause}): free disk space.`] : []),
  ];
  return { findings, details: { store: { status, name }, audit: { state: log.state, waiting: log.waiting } } };
}

/** Loads what is shared, and begins to write the audit log. Resolves when modes and overrides are known, or cannot be for now. */
export async function openState({ audit, writers, checkpoints, shared, housekeeping }: AppState): Promise<void> {
  await shared.refresh();
  // Not waited for: an operation's own row waits for it.
  void audit.open();
  writers.start();
  checkpoints.start();
  housekeeping.start();
}

/** The last row, the last checkpoint, and the store. Never throws: what was not stored is in the spool, and is logged. */
export async function closeState(state: AppState, logger: Logger): Promise<void> {
  const { audit, writers, checkpoints, shared, store, anchor, housekeeping } = state;
  housekeeping.stop();
  shared.close();
  for (const end of [() => audit.close(), () => checkpoints.stop(), () => writers.stop(), () => store.close()]) {
    try {
      await end();
    } catch (thrown) {
      const code = thrown instanceof HybridRoutingError ? thrown.code : undefined;
      logger.error({ component, event: 'ERROR', code, cause: messageOf(thrown) }, 'ERROR while closing the state');
    }
  }
  anchor?.close();
}
