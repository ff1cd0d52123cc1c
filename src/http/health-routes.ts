import { type Context, Hono } from 'hono';
import { type ComponentHealth, type ComponentName, componentNames } from '../health/components.ts';
import { healthCheck } from '../operations/health-check.ts';
import type { OperationContext } from '../operations/operation.ts';
import { httpCaller } from './http-caller.ts';
import type { HttpEnv } from './http-env.ts';
import { HttpError } from './http-error.ts';

interface Dependencies {
  context: OperationContext;
  /** Whether the server takes no more operations. */
  isClosing: () => boolean;
}

type Depth = 'basic' | 'detailed' | 'component';

/**
 * `/health...`: open to everybody, as load balancers have no token; then it tells states and nothing of what stands behind them.
 * With a token of scope viewer it is the operation health_check. 200 while operations are served, 503 where they are not.
 */
export function healthRoutes({ context, isClosing }: Dependencies): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const { health, config, wallClock } = context;
  const simulated = config.simulate ? { simulated: true } : {};

  const overall = () => ({
    status: isClosing() ? ('shutting_down' as const) : health.overall(),
    checkedAt: new Date(wallClock()).toISOString(),
  });

  const answer = async (
    c: Context<HttpEnv>,
    depth: Depth,
    open: Record<string, unknown>,
    component?: ComponentName,
  ) => {
    const brief = { ...overall(), ...open, ...simulated };
    if (!c.var.grant?.scopes.includes('viewer')) return c.json(brief, httpStatus(brief.status));
    const onlyUnhealthy = ['', 'true', '1'].includes(c.req.query('onlyUnhealthy') ?? 'false');
    const input = healthCheck.input.parse({ depth, component, onlyUnhealthy });
    const whole = await healthCheck.run(context, input, httpCaller(c));
    const one = component === undefined ? {} : { name: component, ...whole.components[component] };
    return c.json({ ...whole, ...one, ...(isClosing() ? overall() : {}) }, httpStatus(brief.status));
  };

  const ofComponent = (c: Context<HttpEnv>, name: ComponentName) => {
    const { status } = health.component(name);
    return answer(c, 'component', { name, ...(isClosing() ? {} : { status }) }, name);
  };

  app.get('/health', (c) => answer(c, 'basic', {}));
  app.get('/health/detailed', (c) => {
    const only = ['', 'true', '1'].includes(c.req.query('onlyUnhealthy') ?? 'false');
    const shown = health.components().filter(({ status }) => !only || status !== 'healthy');
    return answer(c, 'detailed', { components: Object.fromEntries(shown.map(statusOnly)) });
  });
  for (const path of ['/health/component/:name', '/health/:name']) {
    app.get(path, (c) => {
      const name = componentNames.find((candidate) => candidate === c.req.param('name'));
      if (name === undefined) throw unknownComponent();
      return ofComponent(c, name);
    });
  }
  return app;
}

function statusOnly({ name, status }: ComponentHealth) {
  return [name, { status }] as const;
}

function httpStatus(status: string): 200 | 503 {
  return status === 'unhealthy' || status === 'shutting_down' ? 503 : 200;
}

function unknownComponent(): HttpError {
  return new HttpError({
    status: 404,
    code: 'not_found',
    message: 'There is no such component',
    remedy: `Ask for one of ${componentNames.join(', ')}.`,
  });
}
