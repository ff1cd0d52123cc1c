import { describe, expect, it } from 'vitest';
import { BreakerResets, type breakerResetSchema } from '../../src/routing/breaker-resets.ts';
import { localValue } from '../../src/store/shared-state.ts';

function twoProcesses() {
  const shared = localValue<ReturnType<typeof breakerResetSchema.parse>>(() => 0);
  let ids = 0;
  const applied: string[] = [];
  const process = (name: string) =>
    new BreakerResets({
      shared,
      apply: (path) => applied.push(`${name} ${path}`),
      newId: () => `order-${ids++}`,
      wallClock: () => 0,
    });
  return { here: process('here'), there: process('there'), shared, applied };
}

describe('an order to reset the breakers', () => {
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
});
