import { HybridHealthMonitor } from '../../src/health/hybrid-health-monitor.ts';
import { IntelligentRouter } from '../../src/routing/intelligent-router.ts';
import { RouteOverrides } from '../../src/routing/overrides.ts';
import { runbookPolicy } from '../../src/routing/policy.ts';
import { RoutingSettings } from '../../src/routing/routing-settings.ts';
import { localValue } from '../../src/store/shared-state.ts';
import { configWith } from './config.ts';
import { localModes } from './local-modes.ts';
import { recordingLogger } from './log-lines.ts';
import { ScriptedPath } from './scripted-path.ts';
import { noStateFaults } from './state-faults.ts';

/** The real router, health and overrides over two scripted paths, all on the clock of `Date`. */
export function scriptedRouter({ hedging = false, random = (): number => 0.5 } = {}) {
  const paths = { direct: new ScriptedPath('direct'), mcp: new ScriptedPath('mcp') };
  const now = () => Date.now();
  const settings = new RoutingSettings(configWith().routing, localValue(Date.now));
  const health = new HybridHealthMonitor({ paths, settings, state: noStateFaults, now, wallClock: now });
  const overrides = new RouteOverrides(localValue(now));
  const modes = localModes(now);
  const log = recordingLogger();
  const router = new IntelligentRouter({
    paths,
    health,
    overrides,
    modes,
    policy: runbookPolicy,
    logger: log.logger,
    hedging: async () => hedging,
    now,
    random,
  });
  return { paths, health, overrides, modes, router, settings, log };
}
