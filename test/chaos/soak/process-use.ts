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

/**
 * Of a window the least memory, which garbage is no part of, and the most handles: while a path is out its connections are
 * closed, so the least says where an outage fell, and the most how large the pools have become.
 */
export function settledUse(samples: readonly ProcessUse[]): ProcessUse {
  return {
    residentMiB: Math.min(...samples.map(({ residentMiB }) => residentMiB)),
    handles: Math.max(...samples.map(({ handles }) => handles)),
  };
}
