import { describe, expect, it } from 'vitest';
import { HybridHealthMonitor } from '../../src/health/hybrid-health-monitor.ts';
import { RoutingSettings } from '../../src/routing/routing-settings.ts';
import { localValue } from '../../src/store/shared-state.ts';
import { configWith } from '../support-files/config.ts';
import { broken, ScriptedPath, standing } from '../support-files/scripted-path.ts';
import { noStateFaults } from '../support-files/state-faults.ts';

function monitored() {
  const clock = { now: 0, wall: Date.UTC(2026, 0, 1) };
  const paths = { direct: new ScriptedPath('direct'), mcp: new ScriptedPath('mcp') };
  const settings = new RoutingSettings(configWith().routing, localValue(Date.now));
  const health = new HybridHealthMonitor({
    paths,
    settings,
    state: noStateFaults,
    now: () => clock.now,
    wallClock: () => clock.wall,
  });
  const fail = (path: 'direct' | 'mcp', times = 6) => {
    for (let time = 0; time < times; time += 1) health.path(path).recordCall('standard', 1, 'ECONNREFUSED');
  };
  return { clock, paths, health, fail };
}

const off = standing({ configured: false, findings: ['No upstream is configured.'] });

describe('overall', () => {
  it('is healthy where nothing is known against a path', () => {
    const { health } = monitored();
    expect(health.overall()).toBe('healthy');
    health.path('direct').recordCall('standard', 5, null);
    expect(health.overall()).toBe('healthy');
  });

  it('is degraded with one sick path, unhealthy with two', () => {
    const { health, fail } = monitored();
    fail('direct');
    expect(health.overall()).toBe('degraded');
    fail('mcp');
    expect(health.overall()).toBe('unhealthy');
  });

  it('is degraded after one failure, and where one path is not configured', () => {
    const first = monitored();
    first.fail('direct', 1);
    expect(first.health.overall()).toBe('degraded');
    const second = monitored();
    second.paths.mcp.standing = off;
    expect(second.health.overall()).toBe('degraded');
  });

  it('is degraded by a finding', () => {
    const { health, paths } = monitored();
    paths.direct.standing = standing({ findings: ['Model x has ended.'] });
    expect(health.overall()).toBe('degraded');
  });

  it('is unhealthy where no path is configured, or the only one is sick', () => {
    const { health, paths, fail } = monitored();
    paths.mcp.standing = off;
    fail('direct');
    expect(health.overall()).toBe('unhealthy');
    paths.direct.standing = off;
    expect(health.overall()).toBe('unhealthy');
  });
});

describe('components', () => {
  it('are the five of the runbook, each with what it depends on', () => {
    const { health } = monitored();
    const components = health.components();
    expect(components.map(({ name, dependsOn }) => [name, ...dependsOn].join(' '))).toEqual([
      'bedrock-support intelligent-router direct-bedrock mcp-router state-store audit-log',
      'intelligent-router hybrid-monitor feature-flags',
      'direct-bedrock aws-bedrock circuit-breaker',
      'mcp-router mcp-service message-queue circuit-breaker',
      'hybrid-monitor bedrock-support intelligent-router direct-bedrock mcp-router',
    ]);
  });

  it('carry the cause of a sick path up to what depends on it', () => {
    const { health, fail } = monitored();
    fail('direct');
    const cause = '6 failed of the last 6 calls, last: ECONNREFUSED';
    expect(health.component('direct-bedrock')).toMatchObject({ status: 'unhealthy', cause });
    expect(health.component('bedrock-support')).toMatchObject({ status: 'degraded', cause });
    expect(health.component('intelligent-router')).toMatchObject({ status: 'degraded', cause });
    expect(health.component('mcp-router')).toMatchObject({ status: 'unknown' });
    expect(health.component('hybrid-monitor')).toMatchObject({ status: 'healthy', cause: null });
  });

  it('name what is not configured', () => {
    const { health, paths } = monitored();
    paths.mcp.standing = off;
    expect(health.component('mcp-router')).toMatchObject({ status: 'not_configured', cause: off.findings[0] });
  });

  it('tell the findings of a path that works as degraded, with its numbers and details', () => {
    const { health, paths } = monitored();
    paths.direct.standing = standing({ findings: ['Model x has ended.'], details: { region: 'r' } });
    health.path('direct').recordCall('standard', 7, null);
    expect(health.component('direct-bedrock')).toMatchObject({
      status: 'degraded',
      cause: 'Model x has ended.',
      details: { region: 'r', calls: 1, failures: 0, p50Ms: 7, p95Ms: null },
    });
  });

  it('tell since when a status is seen', () => {
    const { health, clock, fail } = monitored();
    expect(health.component('direct-bedrock').since).toBe('2026-01-01T00:00:00.000Z');
    clock.wall += 1_000;
    expect(health.component('direct-bedrock').since).toBe('2026-01-01T00:00:00.000Z');
    fail('direct');
    expect(health.component('direct-bedrock').since).toBe('2026-01-01T00:00:01.000Z');
  });
});

it('a path with an open breaker is unhealthy, with the breaker’s reason', () => {
  const { health, paths } = monitored();
  paths.mcp.standing = broken('no access');
  expect(health.snapshot().mcp).toMatchObject({ status: 'unhealthy', cause: 'no access' });
  paths.mcp.standing = standing();
  expect(health.snapshot().mcp.status).toBe('unknown');
});

it('a path that was left recovers by the clock, once enough calls went well', () => {
  const { health, clock, fail } = monitored();
  fail('mcp');
  expect(health.snapshot().mcp.status).toBe('unhealthy');
  for (let call = 0; call < 20; call += 1) health.path('mcp').recordCall('standard', 1, null);
  expect(health.snapshot().mcp.status).toBe('unhealthy');
  clock.now = 300_000;
  expect(health.snapshot().mcp).toMatchObject({ status: 'healthy', failures: 0 });
});

it('one class that does badly degrades the path, and is unhealthy for that class alone', () => {
  const { health } = monitored();
  for (let call = 0; call < 6; call += 1) {
    health.path('direct').recordCall('critical', 9_000, null);
    for (let other = 0; other < 4; other += 1) health.path('direct').recordCall('emergency', 100, null);
  }
  expect(health.snapshot('critical').direct.status).toBe('unhealthy');
  expect(health.snapshot('emergency').direct.status).toBe('healthy');
  expect(health.snapshot().direct).toMatchObject({
    status: 'degraded',
    cause: expect.stringContaining('critical operations'),
  });
});
