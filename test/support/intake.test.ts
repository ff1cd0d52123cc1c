import { describe, expect, it } from 'vitest';
import { RefusedError } from '../../src/support/admission.ts';
import { Intake } from '../../src/support/intake.ts';
import { thrownBy } from '../support-files/thrown.ts';

const untilAborted = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));

describe('intake', () => {
  it("passes a client's cancellation on, also one that came before", async () => {
    const intake = new Intake();
    const client = new AbortController();
    const running = intake.run(client.signal, untilAborted);
    client.abort('enough');
    expect(await running).toBe('enough');
    expect(await intake.run(AbortSignal.abort('before'), async (signal) => signal.reason)).toBe('before');
  });

  it('refuses once it is stopped, and lets go on what runs', async () => {
    const intake = new Intake();
    let finish = () => {};
    const running = intake.run(new AbortController().signal, (signal) => {
      return new Promise((resolve) => {
        finish = () => resolve(signal.aborted);
      });
    });
    intake.stop();
    const { code } = await thrownBy(RefusedError, () => intake.run(new AbortController().signal, async () => 1));
    expect(code).toBe('shutting_down');
    finish();
    expect(await running).toBe(false);
    expect(intake.running).toBe(0);
  });

  it('aborts what runs with the reason that its callers are told', async () => {
    const intake = new Intake();
    const both = [1, 2].map(() => intake.run(new AbortController().signal, untilAborted));
    expect(intake.running).toBe(2);
    intake.abortRunning();
    for (const reason of await Promise.all(both)) expect(reason).toMatchObject({ code: 'shutting_down' });
    expect(intake.running).toBe(0);
  });

  it('keeps no listener on a signal that outlives the operation', async () => {
    const intake = new Intake();
    const added: string[] = [];
    const client = new AbortController();
    const { signal } = client;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      added.push('one');
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      added.pop();
      remove(...args);
    };
    await intake.run(signal, async () => undefined);
    await intake.run(signal, () => Promise.reject(new Error('no'))).catch(() => undefined);
    expect(added).toEqual([]);
  });
});
