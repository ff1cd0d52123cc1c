import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { leastMsBetween, ResourceChanges } from '../../src/operations/resource-changes.ts';
import { scriptedApp } from '../support-files/scripted-app.ts';
import { broken } from '../support-files/scripted-path.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched() {
  const app = scriptedApp();
  const looks: (() => void)[] = [];
  const changes = new ResourceChanges({
    context: app.context,
    onSharedChange: (look) => void looks.push(look),
    now: Date.now,
  });
  const told: string[] = [];
  const operated = () => {
    for (const look of looks) look();
  };
  return { app, changes, told, operated, hear: (uri: string) => void told.push(uri) };
}

const override = { route: 'mcp', reason: 'a test', setAt: 0, expiresAt: Date.UTC(2099, 0, 1) } as const;
const measured = { class: 'emergency', status: 'answered', path: 'direct', durationMs: 5 } as const;

it('looks at nothing while nobody listens', () => {
  const { app, operated } = watched();
  const look = vi.spyOn(app.context.metrics, 'summary');
  operated();
  vi.advanceTimersByTime(60_000);
  expect(look).not.toHaveBeenCalled();
});

it("tells of an operator's change at once", async () => {
  const { app, changes, told, operated, hear } = watched();
  changes.listen(hear);
  await app.overrides.replace(override);
  operated();
  expect(told).toEqual(['health://overview']);
});

it('tells of what was measured, at most every 5 s', () => {
  const { app, changes, told, hear } = watched();
  changes.listen(hear);
  for (let n = 0; n < 60; n += 1) {
    app.metrics.started();
    app.metrics.finished({ ...measured, efficient: true, overridden: false, fellBack: false });
    vi.advanceTimersByTime(100);
  }
  // The first second's look, and the one that 5 s later may be told of.
  expect(told).toEqual(['metrics://live', 'metrics://live']);
  expect(leastMsBetween('metrics://live')).toBe(5_000);
});

it('tells of a path that breaks: health, and what is out of band', () => {
  const { app, changes, told, hear } = watched();
  changes.listen(hear);
  app.paths.direct.standing = broken('no access');
  app.paths.mcp.standing = broken('no access');
  vi.advanceTimersByTime(1_000);
  expect(told.sort()).toEqual(['alerts://active', 'health://overview']);
});

it('tells nothing where nothing changes, nor after the last one has left', async () => {
  const { app, changes, told, operated, hear } = watched();
  const leave = changes.listen(hear);
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
  leave();
  leave();
  await app.overrides.replace(override);
  operated();
  vi.advanceTimersByTime(60_000);
  expect(told).toEqual([]);
});
