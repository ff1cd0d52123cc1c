import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningServer, until } from '../../e2e/harness/server.ts';
import { ask, type Question } from '../ask.ts';
import { healthOf } from '../health-view.ts';
import type { Row } from '../row.ts';
import { callsOn, countersOf, toConnect, toKnowP95, warmUp } from '../traffic.ts';
import { emergency, story } from './story.ts';

const outage = story('direct', 'outage of 3 s: then only probes; recovery', async (stage, check) => {
  const { control } = stage.simulator.bedrock;
  const breaker = { consecutiveFailures: 3, openMs: 400, maxOpenMs: 800 };
  const server = await stage.start({ routing: { breaker } });
  await warmUp(server, ['mcp', 'direct'], toConnect);
  const before = await callsOn(stage, emergency.operation);
  await control.setRules([{ fault: { kind: 'service_unavailable' } }]);
  const first = await ask(server, emergency);
  const all = [first];
  const end = performance.now() + 3_000;
  while (performance.now() < end) {
    all.push(await ask(server, emergency));
    await sleep(30);
  }
  const calls = (await callsOn(stage, emergency.operation)).direct - before.direct;
  const probes = (await countersOf(stage, 'direct')).byOperation.probe ?? 0;
  check(
    all.every(({ result }) => result.path === 'mcp'),
    'not every operation was answered by mcp',
  );
  check(calls <= 3, `${calls} operations reached the dead service`);
  check(probes >= 2 && probes <= 8, `${probes} probes in 3 s`);
  await control.clear();
  const recovered = performance.now() + 4_000;
  while ((await ask(server, emergency)).result.path !== 'direct' && performance.now() < recovered) await sleep(50);
  check((await ask(server, emergency)).result.path === 'direct', 'direct does not answer again');
  return { happened: `${all.length} by mcp; saw ${calls} calls, ${probes} probes`, asked: first, question: emergency };
});

const doubled = story('direct', 'each trial that fails doubles the wait', async (stage, check) => {
  const server = await stage.start({
    routing: { breaker: { consecutiveFailures: 3, openMs: 250, maxOpenMs: 10_000 } },
  });
  await warmUp(server, ['mcp', 'direct'], toConnect);
  await stage.simulator.bedrock.control.setRules([{ fault: { kind: 'service_unavailable' } }]);
  const asked = await ask(server, emergency);
  await sleep(2_500);
  const { state, trials, reason, nextTrialAt } = (await healthOf(server, 'direct')).breaker;
  // Trials are due after 250, 750 and 1750 ms; at a constant wait there would be ten.
  check(trials >= 2 && trials <= 4, `${trials} trials in 2.5 s`);
  check(state !== 'closed' && reason !== null && nextTrialAt !== null, `breaker is ${state}, reason ${reason}`);
  return { happened: `${trials} trials in 2.5 s, reason and next shown`, asked, question: emergency };
});

const free = story('direct', 'health checks of a dead service cost no calls', async (stage, check) => {
  const server = await stage.start();
  await warmUp(server, ['mcp', 'direct'], toConnect);
  await stage.simulator.bedrock.control.setRules([{ fault: { kind: 'access_denied' } }]);
  const asked = await ask(server, emergency);
  const before = (await countersOf(stage, 'direct')).requests;
  for (let made = 0; made < 40; made += 1)
    await server.call('health_check', { depth: made % 2 ? 'basic' : 'detailed' });
  const calls = (await countersOf(stage, 'direct')).requests - before;
  // A probe that is due anyway may fall into this time.
  check(calls <= 1, `40 health checks made ${calls} calls`);
  return { happened: `40 health checks, ${calls} calls`, asked, question: emergency };
});

const stale = story('direct', 'a trial that hangs, and calls that end late', async (stage, check) => {
  const { control } = stage.simulator.bedrock;
  const server = await stage.start({ routing: { breaker: { consecutiveFailures: 3, openMs: 300, maxOpenMs: 600 } } });
  await warmUp(server, ['mcp', 'direct'], toKnowP95);
  await control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
  const slow: Question = { ...emergency, deadlineMs: 3_000 };
  const late = Promise.all([ask(server, slow), ask(server, slow), ask(server, slow)]);
  const quick: Question = { ...emergency, deadlineMs: 1_000 };
  const [asked] = await Promise.all([ask(server, quick), ask(server, quick), ask(server, quick)]);
  // Soon a trial hangs, for up to 5 s; meanwhile calls from before the breaker opened fail too.
  await late;
  await control.clear();
  const { breaker: once } = await untilClosed(server);
  await sleep(5_500);
  const { state, opened, reason } = (await healthOf(server, 'direct')).breaker;
  check(state === 'closed' && opened === once.opened, `closed, then opened again by old news: ${state}, ${reason}`);
  return { happened: 'closed by a later trial, stays closed', asked, question: quick };
});

async function untilClosed(server: RunningServer) {
  await until('direct is back', async () => (await healthOf(server, 'direct')).breaker.state === 'closed');
  return healthOf(server, 'direct');
}

export const breakerStories: readonly Row[] = [outage, doubled, free, stale];
