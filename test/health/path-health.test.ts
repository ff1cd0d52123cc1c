import { describe, expect, it } from 'vitest';
import { PathHealth } from '../../src/health/path-health.ts';
import { RoutingSettings } from '../../src/routing/routing-settings.ts';
import { localValue } from '../../src/store/shared-state.ts';
import { configWith } from '../support-files/config.ts';
import { broken, ScriptedPath, standing } from '../support-files/scripted-path.ts';

function watched() {
  const clock = { now: 1_000_000 };
  const path = new ScriptedPath('direct');
  const settings = new RoutingSettings(configWith().routing, localValue(Date.now));
  const health = new PathHealth({ path, settings, now: () => clock.now });
  const calls = (count: number, durationMs = 100, failure: string | null = null) => {
    for (let call = 0; call < count; call += 1) health.recordCall('standard', durationMs, failure);
  };
  return { clock, path, settings, health, calls };
}

describe('report', () => {
  it.each([
    ['no call', 0, 0, 'unknown'],
    ['successes', 3, 0, 'healthy'],
    ['a failure after them', 3, 1, 'degraded'],
    ['five failures', 0, 5, 'degraded'],
    ['six failures', 0, 6, 'unhealthy'],
  ] as const)('after %s', (_, good, bad, status) => {
    const { health, calls } = watched();
    calls(good);
    calls(bad, 10, 'HTTP 503');
    expect(health.report()).toMatchObject({ status, calls: good + bad, failures: bad });
  });

  it('is unhealthy for calls past the threshold, though none failed', () => {
    const { health, calls, settings } = watched();
    calls(6, settings.slowMs('direct') + 1);
    expect(health.report()).toMatchObject({
      status: 'unhealthy',
      failures: 0,
      cause: '6 were slow of the last 6 calls',
    });
  });

  it('follows the aggressiveness that is in force', () => {
    const { health, calls, settings } = watched();
    settings.change({ fallbackAggressiveness: 0.95 });
    calls(1, 10, 'HTTP 503');
    expect(health.report().status).toBe('unhealthy');
  });

  it('is unhealthy while the breaker is open, with its reason', () => {
    const { health, path, calls } = watched();
    calls(3);
    path.standing = broken('no access');
    expect(health.report()).toMatchObject({ status: 'unhealthy', cause: 'no access' });
  });

  it('has what configuration finds wrong', () => {
    const { health, path } = watched();
    path.standing = standing({ configured: false, findings: ['No credentials.'] });
    expect(health.report()).toMatchObject({ configured: false, findings: ['No credentials.'] });
  });
});

describe('percentiles', () => {
  it('are of the successful real calls', () => {
    const { health } = watched();
    for (const ms of [10, 20, 30, 40, 50]) health.recordCall('standard', ms, null);
    health.recordCall('standard', 9_000, 'HTTP 503');
    health.recordProbe(1, null, 'emergency');
    expect(health.report()).toMatchObject({ p50Ms: 30, p95Ms: 50 });
  });

  it('are no measure under five calls', () => {
    const { health, calls } = watched();
    calls(4);
    expect(health.p95Ms()).toBeNull();
    calls(1);
    expect(health.p95Ms()).toBe(100);
  });
});

describe('the time in which a path may be held to answer', () => {
  it('is the target while the path is not known, then twice its p95, at least 250 ms and at most the target', () => {
    const { health, calls } = watched();
    expect(health.fairMs('emergency')).toBe(5_000);
    calls(20, 50);
    expect(health.fairMs('emergency')).toBe(250);
    calls(20, 1_000);
    expect(health.fairMs('emergency')).toBe(2_000);
    calls(20, 7_000);
    expect(health.fairMs('emergency')).toBe(5_000);
  });
});

describe('probe and calls that disagree', () => {
  it.each([
    [null, 'timeout', 'probes fail while calls succeed: timeout'],
    ['HTTP 503', null, 'calls fail while probes succeed: HTTP 503'],
  ])('are a finding: call %s, probe %s', (call, probe, finding) => {
    const { health } = watched();
    health.recordCall('standard', 10, call);
    health.recordProbe(10, probe, 'emergency');
    expect(health.report().findings).toEqual([`On the direct path ${finding}`]);
  });

  it('are none when they agree, or when one of them is of the past', () => {
    const { health, clock } = watched();
    health.recordCall('standard', 10, null);
    health.recordProbe(10, null, 'emergency');
    expect(health.report().findings).toEqual([]);
    health.recordProbe(10, 'timeout', 'emergency');
    clock.now += 60_001;
    expect(health.report().findings).toEqual([]);
  });
});

describe('a path that was left', () => {
  it('comes back by probes where it gets no calls: three bad ones in the window, then five minutes', () => {
    const { health, clock, calls } = watched();
    calls(6, 10, 'HTTP 503');
    expect(health.isLeft).toBe(true);
    for (let probe = 0; probe < 17; probe += 1) {
      clock.now += 15_000;
      health.recordProbe(10, null, 'emergency');
    }
    expect(health.report().status).toBe('unhealthy');
    clock.now += 300_000;
    expect(health.isLeft).toBe(false);
    expect(health.report().status).toBe('healthy');
  });

  it('in one class alone comes back by probes of that class’s own model, not by another’s', () => {
    const { health, path, clock } = watched();
    path.probeTarget = (operationClass) => `model of ${operationClass}`;
    for (let call = 0; call < 6; call += 1) health.recordCall('critical', 9_000, null);
    for (let call = 0; call < 20; call += 1) health.recordCall('emergency', 100, null);
    clock.now += 300_001; // the path as a whole is well again
    expect(health.nextProbeClass()).toBe('critical');
    for (let probe = 0; probe < 20; probe += 1) health.recordProbe(10, null, 'emergency');
    clock.now += 300_001;
    expect(health.report('critical').status).toBe('unhealthy');
    for (let probe = 0; probe < 20; probe += 1) health.recordProbe(10, null, 'critical');
    clock.now += 300_001;
    expect(health.report('critical').status).toBe('healthy');
    expect(health.nextProbeClass()).toBe('emergency');
  });

  it('is forgiven by a reset', () => {
    const { health, calls } = watched();
    calls(6, 10, 'HTTP 503');
    health.reset();
    expect(health.report()).toMatchObject({ status: 'unknown', calls: 0 });
  });
});
