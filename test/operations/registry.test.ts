import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { scopes } from '../../src/config/scopes.ts';
import { actionOperations, argumentsOf, inputFor, routedActions } from '../../src/operations/registry.ts';
import { textArguments } from '../../src/operations/text-arguments.ts';

/** What mission-checklist.md, 17 to 44, names, with the undo paths that the runbook lacks. */
const checklist = [
  'POST /admin/routing/force-mcp',
  'POST /admin/routing/auto',
  'POST /admin/routing/config',
  'POST /admin/circuit-breaker/reset',
  'GET /admin/feature-flags',
  'POST /admin/feature-flags/{flag}',
  'POST /admin/services/{service}/restart',
  'POST /admin/emergency/enable',
  'POST /admin/emergency/disable',
  'POST /admin/maintenance/enable',
  'POST /admin/maintenance/disable',
  'GET /admin/cache/stats',
  'POST /admin/cache/optimize',
  'POST /admin/cache/cleanup',
  'POST /admin/cache/warmup',
  'GET /admin/security/posture',
  'GET /admin/security/alerts',
  'GET /admin/security/access-log',
  'GET /admin/audit/verify',
  'GET /admin/audit/gaps',
  'POST /admin/security/lockdown',
  'POST /admin/security/lockdown/lift',
  'POST /admin/security/block-ip',
  'POST /admin/security/unblock-ip',
  'POST /admin/security/disable-external',
  'POST /admin/security/enable-external',
  'GET /admin/compliance/gdpr/status',
  'GET /admin/compliance/gdpr/residency',
  'GET /admin/compliance/gdpr/consent',
  'GET /admin/compliance/gdpr/violations',
  'GET /admin/compliance/report/weekly',
  'GET /admin/compliance/export',
];
const keys = routedActions.map(({ route }) => `${route.method} ${route.path}`);

describe('the registry of operations', () => {
  it.each(checklist)('has %s', (key) => expect(keys).toContain(key));

  it('has each route and each action once', () => {
    expect(new Set(keys).size).toBe(keys.length);
    const names = actionOperations.flatMap(({ name, actions }) => actions.map((action) => `${name} ${action.name}`));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(routedActions)('$route.path: reads by GET, changes by POST, and can be taken back', ({ action, route }) => {
    if (route.method === 'GET') expect(action.risk).toBe('read');
    if (route.undo !== null) expect(keys).toContain(`POST ${route.undo}`);
    // What has no undo: nothing is changed, nothing can take it back, or it ends by itself (breakers open again)
    // or it only makes anew what was there.
    const ends = ['circuit_breaker_reset', 'restart_service', 'reject'].includes(action.name);
    if (action.risk !== 'read' && route.undo === null) expect(action.reversible === false || ends).toBe(true);
    expect(action.scopes.every((scope) => scopes.includes(scope))).toBe(true);
  });

  it.each(routedActions)('$route.path: fits its own schema with what the route itself gives', (routed) => {
    const { operation, action, route } = routed;
    const input = operation.input.safeParse(inputFor(routed, {}));
    expect(input.error?.issues ?? []).toEqual([]);
    const known = Object.keys(action.input.shape);
    for (const name of [...Object.keys(route.fixed ?? {}), ...Object.keys(route.defaults ?? {})]) {
      expect(known).toContain(name);
    }
    for (const [name] of route.path.matchAll(/(?<=\{)\w+(?=\})/g)) expect(argumentsOf(routed)).toContain(name);
  });

  it('keeps what a route stands for, whatever is given', () => {
    const lift = routedActions.find(({ route }) => route.path === '/admin/security/lockdown/lift');
    if (!lift) throw new Error('no such route');
    expect(inputFor(lift, { enable: true, action: 'erase_subject' })).toMatchObject({
      action: 'lockdown',
      enable: false,
    });
    expect(argumentsOf(lift)).not.toContain('enable');
  });

  it('asks for more than reading wherever something is changed', () => {
    for (const { actions } of actionOperations) {
      for (const { risk, scopes: needed } of actions) {
        if (risk !== 'read') expect(needed.some((scope) => scope === 'viewer' || scope === 'compliance')).toBe(false);
      }
    }
  });
});

describe('arguments from text', () => {
  const schema = z.strictObject({
    count: z.int().optional(),
    share: z.number().optional(),
    on: z.boolean().default(false),
    name: z.string().optional(),
    what: z.strictObject({ a: z.number() }).optional(),
  });

  it('reads each as its field’s type', () => {
    const texts = { count: '12', share: '0.5', on: 'true', name: '7', what: '{"a":1}' };
    expect(textArguments(schema, texts)).toEqual({ count: 12, share: 0.5, on: true, name: '7', what: { a: 1 } });
  });

  it.each([
    ['count', 'many'],
    ['count', ''],
    ['count', '1.5'],
    ['on', 'yes'],
    ['what', '{'],
    ['nobody', 'x'],
  ])('leaves what cannot be read to the schema: %s is %j', (name, text) => {
    const read = textArguments(schema, { [name]: text });
    const { error } = schema.safeParse(read);
    expect(JSON.stringify(error?.issues)).toContain(name);
  });
});
