import { describe, expect, it } from 'vitest';
import { HybridRoutingError } from '../../src/config/errors.ts';
import { badCallsAt, RoutingSettings } from '../../src/routing/routing-settings.ts';
import { localValue } from '../../src/store/shared-state.ts';
import { thrownBy } from '../support-files/thrown.ts';

const runbook = { directBedrockLatencyThreshold: 8_000, mcpLatencyThreshold: 25_000, fallbackAggressiveness: 0.7 };

describe('RoutingSettings', () => {
  it.each([
    [0, 20],
    [0.5, 10],
    [0.7, 6],
    [0.9, 2],
    [0.95, 1],
    [1, 1],
  ])('at aggressiveness %s leaves a path after %s bad calls of 20', (fallbackAggressiveness, calls) => {
    expect(badCallsAt(fallbackAggressiveness)).toBe(calls);
  });

  it('has a threshold for each path', () => {
    const settings = new RoutingSettings(runbook, localValue(Date.now));
    expect([settings.slowMs('direct'), settings.slowMs('mcp')]).toEqual([8_000, 25_000]);
  });

  it('changes while running, and takes a change back', () => {
    const settings = new RoutingSettings(runbook, localValue(Date.now));
    const { before, after, rollbackId } = settings.change({ mcpLatencyThreshold: 20_000 });
    expect([before, after]).toEqual([runbook, { ...runbook, mcpLatencyThreshold: 20_000 }]);
    settings.change({ fallbackAggressiveness: 0.2 });
    settings.rollback(rollbackId);
    expect(settings.current).toEqual(runbook);
  });

  it('names the ids that it knows for one that it does not', async () => {
    const settings = new RoutingSettings(runbook, localValue(Date.now));
    settings.change({ mcpLatencyThreshold: 1_000 });
    const error = await thrownBy(HybridRoutingError, () => settings.rollback('routing-9'));
    expect(error.message).toContain('rollbackId: routing-9');
    expect(error.remedy).toContain('routing-1');
  });

  it('keeps the last 20 changes', async () => {
    const settings = new RoutingSettings(runbook, localValue(Date.now));
    for (let change = 0; change < 25; change += 1) settings.change({ mcpLatencyThreshold: 1_000 + change });
    await thrownBy(HybridRoutingError, () => settings.rollback('routing-5'));
    settings.rollback('routing-25');
    expect(settings.current.mcpLatencyThreshold).toBe(1_023);
  });
});
