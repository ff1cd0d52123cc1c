import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process of this machine. */
export interface ProcessIdentity {
  pid: number;
  /** When it was started, in the kernel's ticks since the machine was: a number is used again. Empty where nothing tells. */
  start: string;
}

/**
 * Where a process number means something: this machine, and of its containers this one. A number that is free here may be
 * a running process there.
 */
export const processSpace = createHash('sha256')
  .update(`${hostname()} ${firstOf(() => readlinkSync('/proc/self/ns/pid'))}`)
  .digest('hex')
  .slice(0, 8);

export const thisProcess: ProcessIdentity = { pid: process.pid, start: startOf(process.pid) };

/** Whether this very process still runs. */
export function isRunning({ pid, start }: ProcessIdentity): boolean {
  if (!exists(pid)) return false;
  const now = startOf(pid);
  return start === '' || now === '' || now === start;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM';
  }
}

/** proc_pid_stat(5): field 22; the second one, the command's name, may have blanks and brackets in it. */
function startOf(pid: number): string {
  const stat = firstOf(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

/** Empty where there is no /proc, as on macOS and Windows. */
function firstOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
