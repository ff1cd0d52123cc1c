import { describe, expect, it } from 'vitest';
import { HybridHealthMonitor } from '../../src/health/hybrid-health-monitor.ts';
import { configWith } from '../support-files/config.ts';
import { ScriptedPath } from '../support-files/scripted-path.ts';

function monitored() {
  const clock = { now: 0, wall: Date.UTC(2026, 0, 1) };
  const paths = { direct: new ScriptedPath('direct'), mcp: new ScriptedPath('mcp') };
  const { routing } = configWith();
  const health = new HybridHealthMonitor({ paths, config: routing, now: () => clock.now, wallClock: () => clock.wall });
  const fail = (path: 'direct' | 'mcp', times = 3) => {
    for (let time = 0; time < times; time += 1) {
      health.record(path, { durationMs: 1, error: { errorClass: 'network', message: 'ECONNREFUSED' } });
    }
  };
  return { clock, paths, health, fail };
}

const off = { configured: false, findings: ['No upstream is configured.'], details: {} };

describe('overall', () => {
  it('is healthy where nothing is known against a path', () => {
    const { health } = monitored();
    expect(health.overall()).toBe('healthy');
    health.record('direct', { durationMs: 5, error: null });
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
    paths.direct.standing = { configured: true, findings: ['Model x has ended.'], details: {} };
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
      'bedrock-support intelligent-router direct-bedrock mcp-router',
      'intelligent-router hybrid-monitor',
      'direct-bedrock',
      'mcp-router',
      'hybrid-monitor',
    ]);
  });

  it('carry the cause of a sick path up to what depends on it', () => {
    const { health, fail } = monitored();
    fail('direct');
    const cause = '3 failed in a row, last: ECONNREFUSED';
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
    paths.direct.standing = { configured: true, findings: ['Model x has ended.'], details: { region: 'r' } };
    health.record('direct', { durationMs: 7, error: null });
    expect(health.component('direct-bedrock')).toMatchObject({
      status: 'degraded',
      cause: 'Model x has ended.',
      details: { region: 'r', calls: 1, failures: 0, p50Ms: 7, p95Ms: 7 },
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

it('a path recovers by the clock alone', () => {
  const { health, clock, fail } = monitored();
  fail('mcp');
  expect(health.path('mcp').status).toBe('unhealthy');
  clock.now = 30_000;
  expect(health.path('mcp').status).toBe('degraded');
  expect(health.snapshot().mcp).toMatchObject({ configured: true, failures: 3 });
});
