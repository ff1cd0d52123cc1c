import { ask } from '../ask.ts';
import type { Row } from '../row.ts';
import { callsOn, countersOf, settled, toKnowP95, warmUp } from '../traffic.ts';
import { emergency, story } from './story.ts';

const hedging = { routing: { hedging: true } };

function slow(ms: number) {
  return [{ fault: { kind: 'latency' as const, distribution: { type: 'fixed' as const, ms } } }];
}

const hedged = story('direct', 'hedge: slower than its p95', async (stage, check) => {
  const server = await stage.start(hedging);
  await warmUp(server, ['mcp', 'direct'], toKnowP95);
  await stage.simulator.bedrock.control.setRules(slow(4_000));
  const asked = await ask(server, emergency);
  const { path, attempts, latencyMs, hedged, fallback } = asked.result;
  check(path === 'mcp' && hedged && fallback === null, `path ${path}, hedged ${hedged}`);
  check(attempts[0]?.outcome === 'cancelled', `the loser ${attempts[0]?.outcome}`);
  check(latencyMs < 2_000, `took ${latencyMs} ms`);
  for (const problem of await settled(stage)) check(false, problem);
  const { aborted } = await countersOf(stage, 'direct');
  check(aborted === 1, `${aborted} sockets closed at the wire, should be 1`);
  return { happened: "mcp answered, the loser's socket closed", asked, question: emergency };
});

const otherDown = story('direct', 'hedge: the second path fails', async (stage, check) => {
  const server = await stage.start(hedging);
  await warmUp(server, ['mcp', 'direct'], toKnowP95);
  await stage.simulator.bedrock.control.setRules(slow(600));
  await stage.simulator.upstream.control.setRules([{ fault: { kind: 'is_error' } }]);
  const asked = await ask(server, emergency);
  check(asked.result.path === 'direct' && asked.result.status === 'answered', `answered by ${asked.result.path}`);
  return { happened: 'direct answered all the same', asked, question: emergency };
});

const operations = 60;
// 5 % of the operations, after a burst of 2.
const mostHedges = 2 + operations * 0.05;

const budget = story('direct', `hedge budget: ${operations} slow emergencies at once`, async (stage, check) => {
  const server = await stage.start(hedging);
  await warmUp(server, ['mcp', 'direct'], toKnowP95);
  const before = await callsOn(stage, emergency.operation);
  await stage.simulator.bedrock.control.setRules(slow(800));
  const all = await Promise.all(Array.from({ length: operations }, () => ask(server, emergency)));
  const onMcp = (await callsOn(stage, emergency.operation)).mcp - before.mcp;
  const hedges = all.filter(({ result }) => result.hedged);
  check(
    all.every(({ result }) => result.status === 'answered'),
    'not every operation was answered',
  );
  check(hedges.length >= 1 && hedges.length <= mostHedges, `${hedges.length} were hedged, at most ${mostHedges}`);
  check(onMcp === hedges.length, `${onMcp} calls on mcp for ${hedges.length} hedges`);
  const asked = all[0] ?? (await ask(server, emergency));
  return { happened: `${hedges.length} hedged, at most ${mostHedges}`, asked, question: emergency };
});

export const hedgingStories: readonly Row[] = [hedged, otherDown, budget];
