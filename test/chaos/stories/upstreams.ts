import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../ask.ts';
import { healthOf } from '../health-view.ts';
import type { Row } from '../row.ts';
import { callsOn, countersOf, toConnect, warmUp } from '../traffic.ts';
import { kiro, story } from './story.ts';

const queueFull = story('mcp', 'queue full', async (stage, check) => {
  const server = await stage.start({ mcp: { concurrency: 1, queueSize: 1 } });
  await warmUp(server, ['direct', 'mcp'], toConnect);
  const before = await callsOn(stage, kiro.operation);
  const latency = { kind: 'latency' as const, distribution: { type: 'fixed' as const, ms: 300 } };
  await stage.simulator.upstream.control.setRules([{ fault: latency }]);
  const all = await Promise.all(Array.from({ length: 6 }, () => ask(server, kiro)));
  const after = await callsOn(stage, kiro.operation);
  const full = all.filter(({ result }) => result.attempts[0]?.errorClass === 'overload');
  check(
    all.every(({ result }) => result.status === 'answered'),
    'not every operation was answered',
  );
  check(full.length === 4, `${full.length} of 6 met a full queue, should be 4`);
  check(
    full.every(({ result }) => result.path === 'direct' && result.attempts[0]?.retries === 0),
    'an operation that met a full queue did not go to direct at once',
  );
  check(after.mcp - before.mcp === 2, `${after.mcp - before.mcp} calls reached the upstream, should be 2`);
  const { failures, breaker } = await healthOf(server, 'mcp');
  check(breaker.state === 'closed', `breaker is ${breaker.state}`);
  check(failures === 4, `health counts ${failures} failures, should be 4`);
  const asked = full[0] ?? (await ask(server, kiro));
  return { happened: '4 of 6 fell back to direct at once', asked, question: kiro, effects: 'R0 F -  H' };
});

const quickBreaker = { consecutiveFailures: 3, openMs: 300, maxOpenMs: 600 };

const crashLoop = story('mcp', 'crash loop (stdio)', async (stage, check) => {
  const server = await stage.start({ transport: 'stdio' });
  await warmUp(server, ['direct', 'mcp'], toConnect);
  await stage.simulator.upstream.control.setRules([{ fault: { kind: 'exit' } }]);
  const first = await ask(server, kiro);
  const more = [];
  for (let made = 0; made < 15; made += 1) more.push(await ask(server, kiro));
  check(
    [first, ...more].every(({ result }) => result.path === 'direct'),
    'not every operation was answered by direct',
  );
  const { starts } = await countersOf(stage, 'mcp');
  check(starts <= 7, `the process was started ${starts} times`);
  const { breaker } = await healthOf(server, 'mcp');
  check(breaker.state === 'open', `breaker is ${breaker.state}`);
  const happened = `16 of 16 by direct, ${starts} starts, breaker open`;
  return { happened, asked: first, question: kiro, effects: 'R1 F B  H' };
});

const mended = story('mcp', 'crash at start, then mended (stdio)', async (stage, check) => {
  const { control } = stage.simulator.upstream;
  await control.setRules([{ fault: { kind: 'crash_at_start' } }]);
  const server = await stage.start({ transport: 'stdio', routing: { breaker: quickBreaker } });
  const first = await ask(server, kiro);
  check(first.result.path === 'direct', `first answered by ${first.result.path}`);
  await sleep(1_500);
  const { starts } = await countersOf(stage, 'mcp');
  check(starts <= 5, `the process was started ${starts} times in 1.5 s: no backoff`);
  await control.clear();
  const end = performance.now() + 12_000;
  let last = first;
  while (last.result.path !== 'mcp' && performance.now() < end) {
    await sleep(100);
    last = await ask(server, kiro);
    check(last.result.status === 'answered', `${last.result.status} while it is mended`);
  }
  check(last.result.path === 'mcp', 'mcp does not answer again');
  const happened = `${starts} starts with backoff, mcp answers again`;
  return { happened, asked: first, question: kiro };
});

export const upstreamStories: readonly Row[] = [queueFull, crashLoop, mended];
