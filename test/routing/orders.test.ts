import { describe, expect, it } from 'vitest';
import { Orders } from '../../src/routing/orders.ts';
import { localValue } from '../../src/store/shared-state.ts';

function twoProcesses(work: () => Promise<void> = async () => {}) {
  const shared = localValue<{ id: string; targets: string[] }>(() => 0);
  let ids = 0;
  const applied: string[] = [];
  const process = (name: string) =>
    new Orders<string>({
      shared,
      apply: (target) => {
        applied.push(`${name} ${target}`);
        return work();
      },
      newId: () => `order-${ids++}`,
      wallClock: () => 0,
    });
  return { here: process('here'), there: process('there'), shared, applied };
}

describe('an order', () => {
  it('is followed once by every process on the state', async () => {
    const { here, shared, applied } = twoProcesses();
    await here.order(['direct']);
    expect(applied).toEqual(['here direct', 'there direct']);
    await shared.replace(shared.current(), null);
    expect(applied).toHaveLength(2);
  });

  it('is followed anew when it is given again', async () => {
    const { here, there, applied } = twoProcesses();
    await here.order(['direct', 'mcp']);
    await there.order(['mcp']);
    expect(applied).toEqual(['here direct', 'here mcp', 'there direct', 'there mcp', 'here mcp', 'there mcp']);
  });

  it('is no more when it has expired', async () => {
    const { shared, applied } = twoProcesses();
    await shared.replace(null, null);
    expect(applied).toEqual([]);
  });

  it('is given when it is done here', async () => {
    let done = 0;
    const { here } = twoProcesses(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      done += 1;
    });
    await here.order(['mcp']);
    expect(done).toBeGreaterThan(0);
  });
});
