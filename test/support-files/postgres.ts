import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

interface ClusterOptions {
  /** Whether commits wait for the disk. Default true. */
  fsync?: boolean;
  /** Settings as `-c name=value`, over the others. */
  settings?: Readonly<Record<string, string | number>>;
  /** Where Debian installs each version. Default /usr/lib/postgresql. */
  installed?: string;
}

export interface TemporaryCluster {
  /** Of the database `postgres`, over 127.0.0.1, as superuser. */
  url: string;
  /** Folder of the Unix socket, which is `host` for a client. */
  socketFolder: string;
  port: number;
  /** Process id of the server. */
  pid: number;
  /** Creates a database of a random name. */
  database(): Promise<string>;
  /** Stops all of the server's processes where they stand: connections stay, and nothing answers. */
  freeze(): void;
  /** They go on. */
  thaw(): void;
  /** Ends the server as a crash would, and starts it again on the same port, with the same data, after `during`. */
  restart(during: () => Promise<void>): Promise<void>;
  /** Ends the server and removes its folder. Databases are gone. */
  stop(): Promise<void>;
}

/** initdb and the start take about 2 s; a busy machine is given much longer. */
const startMs = 60_000;
const portTries = 3;

/**
 * Prepares and runs a server, and ends it with its own stdin: whichever way the process that holds the other end goes, the
 * server goes with it, and its folder too. SIGQUIT is an immediate shutdown, for nothing in it is to be kept; it is sent
 * until the server is gone, because a background process ignores it until it has set its own handler. Signals that the
 * terminal sends to all, and the broken pipe of whoever read its output, must not end it before it has done so. While
 * there is a file "stopped" a server that has ended is started again as soon as that is gone.
 */
const script = `
folder=$1; bin=$2; shift 2
trap '' INT HUP PIPE
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$folder/password" \
  -E UTF8 --no-locale --no-sync --no-instructions >&2 </dev/null || exit 1
exec 3<&0
(
  while read -r _ <&3; do :; done
  rm -f "$folder/stopped"
  while [ -e "$folder/pid" ]; do kill -CONT $(cat "$folder/pid"); kill -QUIT $(cat "$folder/pid"); sleep 0.1; done 2>/dev/null
) &
watcher=$!
while :; do
  "$bin/postgres" -D "$folder/data" -k "$folder" "$@" </dev/null 3<&- &
  server=$!
  echo "$server" >"$folder/pid"
  echo "pid $server"
  wait "$server"
  [ -e "$folder/stopped" ] || break
  while [ -e "$folder/stopped" ]; do sleep 0.05; done
done
rm -f "$folder/pid"
kill "$watcher" 2>/dev/null
`;

/** A PostgreSQL server for tests; or what is missing on this machine, as a sentence for the line of a skipped test. */
export async function temporaryCluster(options: ClusterOptions = {}): Promise<TemporaryCluster | { missing: string }> {
  const bin = newestBinaries(options.installed ?? '/usr/lib/postgresql');
  if (bin === null) return { missing: 'PostgreSQL is not installed here: apt-get install postgresql' };
  for (let tries = 1; ; tries += 1) {
    try {
      return await start(bin, options);
    } catch (thrown) {
      // The port that was free may be another process's by now.
      if (tries === portTries || !String(thrown).includes('could not bind')) throw thrown;
    }
  }
}

function newestBinaries(installed: string): string | null {
  if (!existsSync(installed)) return null;
  const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(installed, version, 'bin'));
  return folders.find((bin) => ['initdb', 'postgres'].every((name) => existsSync(join(bin, name)))) ?? null;
}

/** PostgreSQL refuses to run as root: then it runs as the user that Debian's package makes. */
function owner(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

async function start(bin: string, { fsync = true, settings = {} }: ClusterOptions): Promise<TemporaryCluster> {
  const user = owner();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const password = randomBytes(16).toString('hex');
  writeFileSync(join(folder, 'password'), password, { mode: 0o600 });
  if (user) for (const path of [folder, join(folder, 'password')]) chownSync(path, user.uid, user.gid);
  const port = await freePort();
  const all = { port, listen_addresses: '127.0.0.1', fsync: fsync ? 'on' : 'off', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const shell = spawn('/bin/sh', ['-c', script, 'sh', folder, bin, ...flags], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Whatever locale the machine has, the line that says "ready" is in English.
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    cwd: folder,
    ...user,
  });
  const gone = once(shell, 'close');
  const stop = async () => {
    shell.stdin.end();
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    let pid = await ready(shell);
    const url = (name: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
    const signal = (name: NodeJS.Signals) => {
      process.kill(pid, name);
      for (const child of childrenOf(pid)) signalChild(child, name);
    };
    return {
      url: url('postgres'),
      socketFolder: folder,
      port,
      get pid() {
        return pid;
      },
      database: () => created(url),
      freeze: () => signal('SIGSTOP'),
      thaw: () => signal('SIGCONT'),
      async restart(during) {
        const stopped = join(folder, 'stopped');
        writeFileSync(stopped, '');
        process.kill(pid, 'SIGQUIT');
        await during();
        const again = ready(shell);
        rmSync(stopped);
        pid = await again;
      },
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

/** A backend may end by itself between being listed and being told. */
function signalChild(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ESRCH')) throw thrown;
  }
}

function childrenOf(parent: number): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []));
}

/** Waits for the server's own word that it takes connections, and gives its process id. */
function ready(shell: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    let pid = 0;
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(new Error(`The PostgreSQL for tests ${what}: ${said.join('\n')}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${startMs} ms`), startMs);
    shell.once('error', (error) => fail(`could not be started (${error.message})`));
    shell.once('close', (code) => fail(`ended with status ${code}`));
    if (!shell.stdout || !shell.stderr) return fail('has no output');
    createInterface({ input: shell.stdout }).on('line', (line) => {
      pid = Number(line.replace('pid ', ''));
    });
    // Reads on after the line as well: a full pipe would stop the server.
    createInterface({ input: shell.stderr }).on('line', (line) => {
      if (said.length < 50) said.push(line);
      if (!line.includes('database system is ready to accept connections')) return;
      clearTimeout(timer);
      resolve(pid);
    });
  });
}

async function created(url: (name: string) => string): Promise<string> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: url('postgres') });
  await client.connect();
  try {
    await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
  return url(name);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const closed = once(server, 'close');
  server.close();
  await closed;
  if (address === null || typeof address === 'string') throw new Error('No free TCP port.');
  return address.port;
}
