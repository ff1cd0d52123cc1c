import { until } from '../../e2e/harness/server.ts';
import { ask, type Question } from '../ask.ts';
import { healthOf } from '../health-view.ts';
import type { Row } from '../row.ts';
import { callsOn, settled, toConnect, warmUp } from '../traffic.ts';
import { emergency, story } from './story.ts';

const down = story('both', 'both paths down: 503, isError', async (stage, check) => {
  const server = await stage.start();
  await warmUp(server, ['direct', 'mcp'], toConnect);
  await stage.simulator.bedrock.control.setRules([{ fault: { kind: 'service_unavailable' } }]);
  await stage.simulator.upstream.control.setRules([{ fault: { kind: 'is_error' } }]);
  const asked = await ask(server, emergency);
  const { status, error, sla, attempts } = asked.result;
  check(status === 'failed' && error?.code === 'unavailable', `${status}: ${error?.code}`);
  check(error?.message.includes('ServiceUnavailableException') === true, 'the cause on direct is not named');
  check(error?.message.includes('Simulated failure of the upstream tool') === true, 'the cause on mcp is not named');
  check(error?.remedy.includes('health_check') === true, 'does not say what to do');
  check(sla.met === false, `sla.met is ${sla.met}`);
  check(attempts.length === 2, `${attempts.length} attempts`);
  for (let made = 0; made < 5; made += 1) await ask(server, emergency);
  const before = await callsOn(stage, emergency.operation);
  const refused = await ask(server, emergency);
  const after = await callsOn(stage, emergency.operation);
  check(refused.result.error?.code === 'unavailable', `with open breakers: ${refused.result.error?.code}`);
  check(refused.elapsedMs < 500, `with open breakers the answer took ${refused.elapsedMs} ms`);
  check(after.direct + after.mcp === before.direct + before.mcp, 'open breakers let an operation through');
  return { happened: 'failed: unavailable, both causes; then at once', asked, question: emergency };
});

const hang = story('both', 'both paths hang', async (stage, check) => {
  const server = await stage.start();
  await warmUp(server, ['direct', 'mcp'], toConnect);
  await stage.simulator.bedrock.control.setRules([{ fault: { kind: 'hang_before_headers' } }]);
  await stage.simulator.upstream.control.setRules([{ fault: { kind: 'wedged' } }]);
  const question: Question = { ...emergency, deadlineMs: 1_000 };
  const asked = await ask(server, question);
  const { status, latencyMs, attempts } = asked.result;
  check(status === 'failed' && latencyMs <= 1_100, `${status} after ${latencyMs} ms`);
  check(
    attempts.every(({ outcome }) => outcome === 'timed_out'),
    'not every attempt timed out',
  );
  for (const problem of await settled(stage)) check(false, problem);
  return { happened: 'failed: unavailable, in time', asked, question };
});

const credentials = story('direct', 'no AWS credentials', async (stage, check) => {
  const server = await stage.start({ credentials: false });
  await until('the lack is seen', async () => (await healthOf(server, 'direct')).status === 'not_configured');
  const asked = await ask(server, emergency);
  const { path, attempts, decision } = asked.result;
  check(path === 'mcp' && attempts.length === 1, `${path} after ${attempts.length} attempts`);
  check(decision.reasons.join().includes('direct is not configured'), decision.reasons.join());
  const { status, cause } = await healthOf(server, 'direct');
  check(status === 'not_configured' && cause?.includes('AWS credentials') === true, `health: ${status}, ${cause}`);
  return { happened: 'straight to mcp, health names the cause', asked, question: emergency };
});

const cancelled = story('direct', 'the client cancels', async (stage, check) => {
  const server = await stage.start();
  await warmUp(server, ['direct'], toConnect);
  const before = await callsOn(stage, emergency.operation);
  await stage.simulator.bedrock.control.setRules([{ times: 1, fault: { kind: 'hang_before_headers' } }]);
  const controller = new AbortController();
  const call = server.client
    .callTool({ name: 'route_operation', arguments: { ...emergency } }, { signal: controller.signal })
    .catch(() => undefined);
  while ((await callsOn(stage, emergency.operation)).direct === before.direct) await new Promise(setImmediate);
  controller.abort();
  await call;
  for (const problem of await settled(stage)) check(false, problem);
  const after = await callsOn(stage, emergency.operation);
  check(after.direct === before.direct + 1 && after.mcp === before.mcp, 'was tried again after the cancellation');
  const { failures, breaker } = await healthOf(server, 'direct');
  check(failures === 0 && breaker.state === 'closed', `${failures} failures, breaker ${breaker.state}`);
  const asked = await ask(server, emergency);
  check(asked.result.path === 'direct', `the next operation was answered by ${asked.result.path}`);
  return { happened: 'aborted at the wire, nothing held against it', asked, question: emergency };
});

export const bothPathsRows: readonly Row[] = [down, hang, credentials, cancelled];
