import { chmod, mkdir, stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { messageOf } from '../config/errors.ts';
import { StoreError } from './store-error.ts';

interface Place {
  /** `store.folder`, where it is set. */
  configured: string | undefined;
  env: Record<string, string | undefined>;
  /** What the simulator answers must not lie among what real services did. */
  simulate: boolean;
}

/** Where the state lies: as configured, or `hybrid-routing-mcp` in XDG_STATE_HOME (by default ~/.local/state). */
export function stateFolder({ configured, env, simulate }: Place): string {
  if (configured !== undefined) return resolve(configured);
  const home = env.XDG_STATE_HOME || (env.LOCALAPPDATA ?? join(homedir(), '.local', 'state'));
  return join(home, 'hybrid-routing-mcp', ...(simulate ? ['simulated'] : []));
}

// statfs(2): file systems whose locks and shared memory SQLite cannot trust.
const networkFileSystems = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
]);

/** Makes the folder, for its owner alone. @throws StoreError where it cannot be made, or lies on a network file system */
export async function makeStateFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // The mode above holds only for a folder that did not exist. One that is another user's, such as a volume that the group
    // may write, is as its owner wants it.
    if ((await stat(folder)).uid === process.getuid?.()) await chmod(folder, 0o700);
  } catch (cause) {
    throw new StoreError('store_unavailable', `State folder ${folder} cannot be made: ${messageOf(cause)}`, { cause });
  }
  const network = networkFileSystems.get(Number((await statfs(folder)).type) >>> 0);
  if (network !== undefined) {
    const message = `State folder ${folder} is on a network file system (${network}), whose locks SQLite cannot trust`;
    throw new StoreError('store_unavailable', message);
  }
}
