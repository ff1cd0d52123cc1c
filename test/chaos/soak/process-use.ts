import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds: memory and open files and sockets. */
export interface ProcessUse {
  residentMiB: number;
  handles: number;
}

/** Reads it from /proc; null where there is none (not Linux). */
export function processUse(pid: number): ProcessUse | null {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { residentMiB: Number(kib) / 1_024, handles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return null;
  }
}

/** Least of each in a window: what the process needs when garbage and idle connections are not counted. */
export function leastUse(samples: readonly ProcessUse[]): ProcessUse {
  return {
    residentMiB: Math.min(...samples.map(({ residentMiB }) => residentMiB)),
    handles: Math.min(...samples.map(({ handles }) => handles)),
  };
}
