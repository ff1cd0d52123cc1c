import { HybridHealthMonitor } from '../../src/health/hybrid-health-monitor.ts';
import { IntelligentRouter } from '../../src/routing/intelligent-router.ts';
import { RouteOverrides } from '../../src/routing/overrides.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { configWith } from './config.ts';
import { recordingLogger } from './log-lines.ts';
import { ScriptedPath } from './scripted-path.ts';

/** The real router, health and overrides over two scripted paths, all on the clock of `Date`. */
export function scriptedRouter() {
  const paths = { direct: new ScriptedPath('direct'), mcp: new ScriptedPath('mcp') };
  const now = () => Date.now();
  const { routing } = configWith();
  const health = new HybridHealthMonitor({ paths, config: routing, now, wallClock: now });
  const overrides = new RouteOverrides(now);
  const log = recordingLogger();
  const router = new IntelligentRouter({ paths, health, overrides, policy: runbookPolicy, logger: log.logger, now });
  return { paths, health, overrides, router, log };
}
