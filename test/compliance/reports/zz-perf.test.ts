import { setTimeout } from 'node:timers/promises';
import { it } from 'vitest';
import { now, operationBody } from './bodies.ts';
import { ReportState } from './report-state.ts';

it('t', { timeout: 1_200_000 }, async () => {
  const s = new ReportState();
  await s.state.audit.open();
  const N = Number(process.env.N ?? 1_000_000);
  const weekMs = 7 * 86_400_000;
  let t = performance.now();
  for (let i = 0; i < N; i += 1000) {
    await Promise.all(
      Array.from({ length: 1000 }, (_, k) =>
        s.write(
          'OPERATION',
          operationBody({ operationId: crypto.randomUUID(), personalData: { mode: 'tokenize', counts: { EMAIL: 1 } } }),
          now - weekMs + Math.floor(((i + k) / N) * weekMs),
        ),
      ),
    );
  }
  console.log('insert', Math.round(performance.now() - t), s.state.audit.status);
  let worst = 0,
    last = performance.now(),
    on = true;
  (async () => {
    while (on) {
      await setTimeout(10);
      const x = performance.now();
      worst = Math.max(worst, x - last - 10);
      last = x;
    }
  })();
  for (const name of [
    'weekly',
    'gdpr_status',
    'violations',
    'access_log',
    'security_alerts',
    'audit_gaps',
    'audit_verify',
  ] as const) {
    globalThis.gc?.();
    const h = process.memoryUsage().rss / 1e6;
    worst = 0;
    t = performance.now();
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss / 1e6);
    }, 50);
    const b = await s.report(name);
    clearInterval(timer);
    console.log(
      name,
      Math.round(performance.now() - t),
      'ms',
      b.status,
      b.summary[0],
      `rss ${h.toFixed(0)} -> peak ${peak.toFixed(0)} MB, longest stall ${worst.toFixed(0)} ms`,
    );
  }
  on = false;
  await s.close();
});
