import { it } from 'vitest';
import { reportNames } from '../../../src/compliance/reports/report-names.ts';
import { accessBody, now, operationBody, refusedBody } from './bodies.ts';
import { ReportState } from './report-state.ts';

it('t', async () => {
  const s = new ReportState();
  await s.state.audit.open();
  for (let i = 0; i < 30; i++)
    await s.write(
      'OPERATION',
      operationBody({ personalData: { mode: 'tokenize', counts: { EMAIL: 1 } } }),
      now - i * 3_600_000,
    );
  await s.write('OPERATION', refusedBody(), now - 5);
  for (let i = 0; i < 6; i++)
    await s.write('ACCESS', accessBody({ outcome: 'refused', code: 'lockdown_mode' }), now - 1000 + i);
  await s.state.checkpoints.keep();
  for (const name of reportNames) {
    const t = performance.now();
    const b = await s.report(name);
    console.log(
      name,
      Math.round(performance.now() - t),
      JSON.stringify({ ...b, controls: b.controls?.map((c) => `${c.status} ${c.id}: ${c.reason}`) }, null, 1),
    );
  }
  for (const f of ['markdown', 'csv'] as const)
    for (const name of ['weekly', 'audit_pack', 'access_log', 'violations'] as const)
      console.log((await s.report(name, { format: f })).document);
  await s.close();
});
