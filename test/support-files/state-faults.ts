import type { StateReport } from '../../src/health/hybrid-health-monitor.ts';

/** A state that is whole. */
export const noStateFaults = (): StateReport => ({ findings: [], details: {} });
