import type { Config } from '../../../config/schema.ts';

/** An address that the configuration names, outside this machine. */
export interface RemoteTarget {
  /** The key that names it: addresses may hold secrets. */
  name: string;
  encrypted: boolean;
}

/** Every configured address that is not on this machine. */
export function remoteTargets({ direct, mcp, personalData, audit, store }: Config): RemoteTarget[] {
  const urls: [name: string, url: string | undefined][] = [
    ['direct.endpoint', direct.endpoint],
    ['personalData.external', personalData.external?.url],
    ['audit.anchor.s3.endpoint', audit.anchor.s3?.endpoint],
    ['store.postgres', store.postgres],
    ...mcp.upstreams.map(({ name, url }): [string, string | undefined] => [`upstream ${name}`, url]),
  ];
  return urls.flatMap(([name, text]) => {
    if (text === undefined) return [];
    // What cannot be read is not known to be encrypted.
    if (!URL.canParse(text)) return [{ name, encrypted: false }];
    const url = new URL(text);
    return isLocal(url) ? [] : [{ name, encrypted: isEncrypted(url) }];
  });
}

export function plainTextTargets(targets: readonly RemoteTarget[]): RemoteTarget[] {
  return targets.filter(({ encrypted }) => !encrypted);
}

/** PostgreSQL without a host, or with a folder as host, is reached over a socket of this machine. */
function isLocal({ hostname, searchParams, protocol }: URL): boolean {
  const host = protocol.startsWith('postgres') ? (searchParams.get('host') ?? decodeURIComponent(hostname)) : hostname;
  return (
    host === '' || host.startsWith('/') || host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
  );
}

/** `sslmode=require` and less take any certificate, or none: whoever stands between can read on. */
function isEncrypted({ protocol, searchParams }: URL): boolean {
  return protocol === 'https:' || (protocol.startsWith('postgres') && searchParams.get('sslmode') === 'verify-full');
}
