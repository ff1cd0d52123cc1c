import type { PathName } from '../config/operation-types.ts';
import { pathNames } from '../config/operation-types.ts';
import type { HybridHealthMonitor } from '../health/hybrid-health-monitor.ts';
import type { Path } from '../paths/path.ts';
import type { IntelligentRouter } from './intelligent-router.ts';

/** Components that can be restarted inside a process, by the names of their health endpoints. */
export const restartables = ['direct-bedrock', 'mcp-router', 'intelligent-router'] as const;
export type Restartable = (typeof restartables)[number];

interface Dependencies {
  paths: Record<PathName, Path>;
  health: HybridHealthMonitor;
  router: IntelligentRouter;
}

/** Closes the breakers of a path, and forgets why it was left. */
export function forgetPath({ paths, health }: Omit<Dependencies, 'router'>): (name: PathName) => void {
  return (name) => {
    paths[name].resetBreakers();
    health.path(name).reset();
  };
}

/** Restarts one component of this process: connections are made anew, or what was learned is forgotten. Never throws. */
export function restartComponent({ router, ...parts }: Dependencies): (name: Restartable) => Promise<void> {
  const forget = forgetPath(parts);
  return async (name) => {
    if (name === 'direct-bedrock') return parts.paths.direct.restart();
    if (name === 'mcp-router') return parts.paths.mcp.restart();
    for (const path of pathNames) forget(path);
    router.resetBudgets();
  };
}
