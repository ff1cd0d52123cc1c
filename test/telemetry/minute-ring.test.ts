import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MinuteRing } from '../../src/telemetry/minute-ring.ts';

const minute = 60_000;

function ring(minutes: number) {
  const clock = { now: 0 };
  return {
    clock,
    slots: new MinuteRing<number[]>(
      minutes,
      () => [],
      () => clock.now,
    ),
  };
}

it('keeps one slot a minute', () => {
  const { clock, slots } = ring(5);
  slots.current().push(1);
  clock.now = minute - 1;
  slots.current().push(2);
  clock.now = minute;
  slots.current().push(3);
  expect(slots.window()).toEqual([[1, 2], [3]]);
});

it('forgets a minute when it is out of the window, whether anything is recorded or not', () => {
  const { clock, slots } = ring(5);
  slots.current().push(1);
  clock.now = 5 * minute - 1;
  expect(slots.window()).toEqual([[1]]);
  clock.now = 5 * minute;
  expect(slots.window()).toEqual([]);
});

it('makes no slot by being looked at', () => {
  const { slots } = ring(5);
  expect(slots.window()).toEqual([]);
  expect(slots.window()).toEqual([]);
});

it('holds what a list of all records would give, and never more slots than minutes', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 3 * minute }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 8 }), (waits, minutes) => {
      const { clock, slots } = ring(minutes);
      const records: number[] = [];
      for (const wait of waits) {
        clock.now += wait;
        records.push(clock.now);
        slots.current().push(clock.now);
        const first = Math.floor(clock.now / minute) - minutes + 1;
        expect(slots.window().flat()).toEqual(records.filter((at) => Math.floor(at / minute) >= first));
        expect(slots.window().length).toBeLessThanOrEqual(minutes);
      }
    }),
  );
});
