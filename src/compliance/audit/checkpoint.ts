import { HybridRoutingError, messageOf } from '../../config/errors.ts';
import { isHash } from './merkle.ts';
import { decodeBase64, type TrustedKey } from './note-keys.ts';
import { type NoteSigner, parseNote, signNote, verifyNote } from './signed-note.ts';

/** What a checkpoint says: the log had these rows. Text format: C2SP tlog-checkpoint with two extension lines. */
export interface Checkpoint {
  /** Names the log: the same in each of its checkpoints, e.g. "hybrid-routing-mcp/audit/3f2a". One line, not empty. */
  origin: string;
  /** Rows in the log. */
  size: number;
  /** Merkle root over them, hex. */
  root: string;
  /** When it was signed, ms since 1970 by the signer's clock; extension line "time <ms>". */
  time: number | null;
  /** Leaf hash of row `size`, hex; extension line "chain <hash>": fastens the hash chain without the tree. */
  chain: string | null;
}

export type CheckpointVerdict =
  | { ok: true; checkpoint: Checkpoint; keys: readonly TrustedKey[] }
  | { ok: false; checkpoint: Checkpoint | null; reason: string };

/** The text that is signed. */
export function checkpointText({ origin, size, root, time, chain }: Checkpoint): string {
  const lines = [origin, String(size), Buffer.from(root, 'hex').toString('base64')];
  if (time !== null) lines.push(`time ${time}`);
  if (chain !== null) lines.push(`chain ${chain}`);
  return `${lines.join('\n')}\n`;
}

/** @throws HybridRoutingError where the checkpoint cannot be written, or the signer fails to sign */
export async function signCheckpoint(checkpoint: Checkpoint, signer: NoteSigner): Promise<string> {
  const text = checkpointText(checkpoint);
  parseCheckpointText(text); // refuses at writing what a reader would refuse
  return signNote(text, signer);
}

/** Reads and verifies a signed checkpoint; never throws: whatever is wrong is the reason. */
export function openCheckpoint(note: string, trusted: readonly TrustedKey[]): CheckpointVerdict {
  let checkpoint: Checkpoint | null = null;
  try {
    const parsed = parseNote(note);
    checkpoint = parseCheckpointText(parsed.text);
    const verdict = verifyNote(parsed, trusted);
    return verdict.ok
      ? { ok: true, checkpoint, keys: verdict.keys }
      : { ok: false, checkpoint, reason: verdict.reason };
  } catch (thrown) {
    return { ok: false, checkpoint, reason: messageOf(thrown) };
  }
}

/** Unknown extension lines are passed over. @throws HybridRoutingError that says what is wrong */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const extensions = rest.slice(0, -1);
  if (rest.length === 0 || origin === '' || extensions.includes(''))
    throw checkpointError('it has fewer than three lines, or an empty one');
  const rows = wholeNumber(size);
  if (rows === null) throw checkpointError('its size is not a whole number');
  const hash = decodeBase64(root);
  if (hash?.length !== 32) throw checkpointError('its root is not base64 of 32 bytes');
  const time = extension(extensions, 'time');
  const chain = extension(extensions, 'chain');
  const ms = time === null ? null : wholeNumber(time);
  if (time !== null && ms === null) throw checkpointError('its time is not a whole number of milliseconds');
  if (chain !== null && !isHash(chain)) throw checkpointError('its chain hash is not 64 hexadecimal digits');
  return { origin, size: rows, root: hash.toString('hex'), time: ms, chain };
}

function extension(lines: readonly string[], name: string): string | null {
  const found = lines.filter((line) => line.startsWith(`${name} `));
  if (found.length > 1) throw checkpointError(`it has the line "${name}" twice`);
  return found[0]?.slice(name.length + 1) ?? null;
}

function wholeNumber(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}

function checkpointError(what: string): HybridRoutingError {
  return new HybridRoutingError(
    'audit_checkpoint_invalid',
    `this is not a checkpoint of an audit log: ${what}`,
    'Take the checkpoint from an untouched copy: an export, a backup or an anchor outside this machine.',
  );
}
