import { describe, expect, it } from 'vitest';
import { type RefusedRequest, SecurityWatch } from '../../src/http/security-watch.ts';
import { recordingLogger } from '../support-files/log-lines.ts';

function watched() {
  const log = recordingLogger();
  const rows: RefusedRequest[] = [];
  let now = 0;
  const watch = new SecurityWatch({ logger: log.logger, record: (refused) => rows.push(refused), now: () => now });
  return { watch, rows, log, later: (ms: number) => (now += ms) };
}

describe('refused requests', () => {
  it('are counted each, and told once a minute for an address and a reason', () => {
    const { watch, rows, log } = watched();
    for (let count = 0; count < 50; count += 1) watch.refused('203.0.113.9', 'invalid_token');
    watch.refused('203.0.113.9', 'host_refused');
    expect(watch.counts).toEqual({ invalid_token: 50, host_refused: 1 });
    expect(rows).toEqual([
      { address: '203.0.113.9', code: 'invalid_token' },
      { address: '203.0.113.9', code: 'host_refused' },
    ]);
    expect(JSON.stringify(log.lines())).not.toContain('203.0.113.9');
    expect(JSON.stringify(log.lines())).toContain('203.0.113.0/24');
  });

  it('of ever other addresses fill no disk', () => {
    const { watch, rows, later } = watched();
    for (let count = 0; count < 5_000; count += 1) watch.refused(`2001:db8::${count.toString(16)}`, 'invalid_token');
    expect(rows).toHaveLength(120);
    later(60_000);
    watch.refused('192.0.2.1', 'invalid_token');
    expect(rows).toHaveLength(121);
  });
});
