import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PathName } from '../../src/config/operation-types.ts';
import { HybridHealthMonitor } from '../../src/health/hybrid-health-monitor.ts';
import { HealthProber } from '../../src/health/prober.ts';
import type { BreakerView } from '../../src/paths/circuit-breaker.ts';
import { RoutingSettings } from '../../src/routing/routing-settings.ts';
import { localValue } from '../../src/store/shared-state.ts';
import { configWith } from '../support-files/config.ts';
import { recordingLogger } from '../support-files/log-lines.ts';
import { fault, ScriptedPath } from '../support-files/scripted-path.ts';
import { noStateFaults } from '../support-files/state-faults.ts';

const second = 1_000;
const minute = 60 * second;

/** A path whose probes do what a test says. */
class ProbedPath extends ScriptedPath {
  answer: (signal: AbortSignal) => Promise<void> = async () => {};

  override async probe(signal?: AbortSignal): Promise<void> {
    this.probes += 1;
    if (signal) await this.answer(signal);
  }
}

function breaker(changes: Partial<BreakerView> = {}): BreakerView {
  const counts = { opened: 0, refused: 0, trials: 0 };
  return { state: 'closed', reason: null, openSince: null, nextTrialAt: null, ...counts, ...changes };
}

function probing(flags: Record<string, unknown> = {}) {
  const config = configWith(flags);
  const paths = { direct: new ProbedPath('direct'), mcp: new ProbedPath('mcp') };
  const now = () => Date.now();
  const settings = new RoutingSettings(config.routing, localValue(Date.now));
  const health = new HybridHealthMonitor({ paths, settings, state: noStateFaults, now, wallClock: now });
  const log = recordingLogger();
  const switches = { enabled: true };
  const enabled = async () => switches.enabled;
  const prober = new HealthProber({ paths, health, config: config.health, logger: log.logger, enabled, now });
  prober.start();
  return { paths, health, prober, log, switches };
}

function leave(health: HybridHealthMonitor, name: PathName): void {
  for (let call = 0; call < 6; call += 1) health.path(name).recordCall('emergency', 10, 'down');
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const refused = async () => Promise.reject(fault('direct', 'configuration', 'AccessDeniedException'));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('probes that are switched off', () => {
  it('are not sent, and begin again when they are switched on', async () => {
    const { paths, switches } = probing();
    switches.enabled = false;
    await pass(15 * minute);
    expect([paths.direct.probes, paths.mcp.probes]).toEqual([0, 0]);
    switches.enabled = true;
    await pass(minute);
    expect([paths.direct.probes, paths.mcp.probes]).toEqual([1, 1]);
  });
});

describe('a path without traffic', () => {
  it('is probed every five minutes, and not before', async () => {
    const { paths, health } = probing();
    await pass(5 * minute - second);
    expect([paths.direct.probes, paths.mcp.probes]).toEqual([0, 0]);
    expect(health.path('direct').report().status).toBe('unknown');
    await pass(second);
    expect([paths.direct.probes, paths.mcp.probes]).toEqual([1, 1]);
    expect(health.path('direct').report()).toMatchObject({
      status: 'healthy',
      calls: 0,
      probes: { made: 1, failed: 0 },
    });
    await pass(60 * minute);
    expect(paths.direct.probes).toBeLessThanOrEqual(13);
    expect(paths.direct.probes).toBeGreaterThanOrEqual(12);
  });

  it('is degraded by a failed probe until a real call succeeds', async () => {
    const { paths, health } = probing();
    paths.mcp.answer = async () => Promise.reject(fault('mcp', 'network', 'ECONNREFUSED'));
    await pass(5 * minute);
    expect(health.path('mcp').report()).toMatchObject({
      status: 'degraded',
      cause: 'The last probe failed: mcp ECONNREFUSED',
    });
    expect(health.overall()).toBe('degraded');
    await pass(second);
    health.path('mcp').recordCall('standard', 10, null);
    expect(health.path('mcp').report().status).toBe('healthy');
  });

  it('is left alone with idle probes off, with traffic, and while its breaker is open', async () => {
    const off = probing({ 'health.idleProbeMs': 0 });
    const busy = probing();
    const open = probing();
    open.paths.direct.standing = { ...open.paths.direct.standing, available: false };
    for (let half = 0; half < 40; half += 1) {
      busy.health.path('direct').recordCall('emergency', 10, null);
      await pass(30 * second);
    }
    expect([off, busy, open].map(({ paths }) => paths.direct.probes)).toEqual([0, 0, 0]);
    expect(busy.paths.mcp.probes).toBe(4);
  });
});

describe('a path that was left', () => {
  it('is probed at every tick and comes back without a real call', async () => {
    const { paths, health } = probing();
    leave(health, 'direct');
    expect(health.path('direct').isLeft).toBe(true);
    await pass(4 * minute);
    expect(paths.direct.probes).toBe(16);
    expect(paths.mcp.probes).toBe(0);
    // 17 good probes leave 3 bad calls of 20; five good minutes after that it is first choice again.
    await pass(15 * second + 5 * minute - second);
    expect(health.path('direct').isLeft).toBe(true);
    await pass(second);
    expect(health.path('direct').isLeft).toBe(false);
    expect(health.path('direct').report().status).toBe('healthy');
  });

  it('shows that probes succeed while calls fail', async () => {
    const { health } = probing();
    leave(health, 'direct');
    await pass(15 * second);
    const finding = 'On the direct path calls fail while probes succeed: down';
    expect(health.path('direct').report().findings).toEqual([finding]);
    expect(health.component('direct-bedrock')).toMatchObject({
      status: 'unhealthy',
      cause: expect.stringContaining(finding),
    });
    await pass(2 * minute);
    expect(health.path('direct').report().findings).toEqual([]);
  });

  it('is asked ever more rarely while probes fail: under 300 times in a day', async () => {
    const { paths, health } = probing();
    paths.direct.answer = async () => Promise.reject(fault('direct', 'transient'));
    leave(health, 'direct');
    await pass(10 * minute);
    expect(paths.direct.probes).toBeLessThanOrEqual(6);
    await pass(24 * 60 * minute);
    expect(paths.direct.probes).toBeGreaterThan(200);
    expect(paths.direct.probes).toBeLessThan(300);
  });
});

describe('an error that asking again cannot mend', () => {
  async function stopped() {
    const known = probing();
    known.paths.direct.standing = { ...known.paths.direct.standing, breakers: { bedrock: breaker() } };
    known.paths.direct.answer = refused;
    leave(known.health, 'direct');
    await pass(24 * 60 * minute);
    expect(known.paths.direct.probes).toBe(1);
    expect(known.health.path('direct').report().probes).toMatchObject({ made: 1, failed: 1, stopped: true });
    return known;
  }

  it('ends the probes of that path alone, and is logged once', async () => {
    const { paths, log } = await stopped();
    expect(paths.mcp.probes).toBeGreaterThan(200);
    expect(log.lines().filter(({ level }) => level === 'warn')).toMatchObject([{ path: 'direct' }]);
  });

  it('is forgotten when a real call succeeds', async () => {
    const { paths, health } = await stopped();
    health.path('direct').recordCall('emergency', 10, null);
    await pass(15 * second);
    expect(paths.direct.probes).toBe(2);
  });

  it('is forgotten when a breaker has opened and closed', async () => {
    const { paths } = await stopped();
    const opened = breaker({ state: 'open', opened: 1 });
    paths.direct.standing = { ...paths.direct.standing, available: false, breakers: { bedrock: opened } };
    await pass(minute);
    expect(paths.direct.probes).toBe(1);
    paths.direct.standing = {
      ...paths.direct.standing,
      available: true,
      breakers: { bedrock: breaker({ opened: 1, trials: 1 }) },
    };
    await pass(15 * second);
    expect(paths.direct.probes).toBe(2);
    // The same error again stops them again.
    await pass(60 * minute);
    expect(paths.direct.probes).toBe(2);
  });

  it('is forgotten when an operator resets the path', async () => {
    const { paths, health } = await stopped();
    health.path('direct').reset();
    await pass(6 * minute);
    expect(paths.direct.probes).toBe(2);
  });
});

describe('a probe', () => {
  it('that is not answered ends after its timeout, and never overlaps with another', async () => {
    const { paths, health } = probing({ 'health.probeTimeoutMs': 40_000 });
    let aborted = 0;
    paths.direct.answer = (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted += 1;
        });
      });
    leave(health, 'direct');
    await pass(15 * second + 39 * second);
    expect([paths.direct.probes, aborted]).toEqual([1, 0]);
    await pass(second);
    expect(aborted).toBe(1);
    const failure = 'no answer to a probe within 40000 ms';
    expect(health.path('direct').report().probe).toMatchObject({ durationMs: 40_000, failure });
  });

  it('that is refused as the caller’s error shows that the service answers', async () => {
    const { paths, health } = probing();
    paths.direct.answer = async () => Promise.reject(fault('direct', 'caller', 'ValidationException'));
    await pass(5 * minute);
    expect(health.path('direct').report()).toMatchObject({ status: 'healthy', probe: { failure: null } });
  });

  it('never throws, whatever the path does', async () => {
    const { paths, health, prober } = probing();
    paths.direct.probe = () => {
      throw new TypeError('no such thing');
    };
    leave(health, 'direct');
    await expect(prober.tick()).resolves.toBeUndefined();
    expect(health.path('direct').report().probe?.failure).toBe('no such thing');
  });

  it('that still runs when probing ends is aborted and not recorded; no other follows', async () => {
    const { paths, health, prober } = probing();
    let aborted = false;
    paths.direct.answer = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true;
          reject(signal.reason);
        });
      });
    leave(health, 'direct');
    await pass(15 * second);
    prober.stop();
    expect(aborted).toBe(true);
    await pass(60 * minute);
    expect(paths.direct.probes).toBe(1);
    expect(health.path('direct').report().probes.made).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});
