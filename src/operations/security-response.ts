import { z } from 'zod';
import { defineAction } from './action.ts';
import { adminResultShape } from './admin-result.ts';
import { blockAddress } from './block-address.ts';
import { eraseSubject } from './erase-subject.ts';
import { switchExternal } from './switch-external.ts';
import { modeRoutes, shortens, switchMode, switchRoutes, switchShape } from './switch-mode.ts';
import { toolOperation } from './tool-operation.ts';

const tool = 'security_response';
const { dryRun } = switchShape;
const security = { scopes: ['security'], risk: 'destructive', inLockdown: true } as const;

const lockdown = defineAction({
  ...security,
  name: 'lockdown',
  brief: 'refuse every operation but health, reads and the lift',
  input: z.strictObject(switchShape),
  routes: [
    ...modeRoutes('/admin/security/lockdown', ['', 'lift'], 'Lockdown'),
    // The word that an operator tries first.
    ...modeRoutes('/admin/security/lockdown', ['enable', 'disable'], 'Lockdown'),
  ],
  protection: ({ modes, wallClock }, order) =>
    shortens(order, modes.current().lockdown, wallClock()) ? 'lowers' : 'raises',
  run: (context, order, caller) => switchMode(context, { ...order, tool, mode: 'lockdown', caller }),
});

const blockIp = defineAction({
  ...security,
  name: 'block_ip',
  brief: 'refuse an address or network over HTTP',
  input: z.strictObject({
    ...switchShape,
    ip: z.string().max(64).optional().describe('For block_ip: address or CIDR.'),
  }),
  routes: switchRoutes(
    { path: '/admin/security/block-ip', summary: 'Refuse every request of an address or network (`ip`).' },
    { path: '/admin/security/unblock-ip', summary: 'Serve an address or network (`ip`) again.' },
  ),
  protection: ({ networks, wallClock }, order) =>
    shortens(order, order.ip === undefined ? null : networks.entry(order.ip), wallClock()) ? 'lowers' : 'raises',
  run: (context, order, caller) => blockAddress(context, order, caller),
});

const disableExternal = defineAction({
  ...security,
  name: 'disable_external',
  brief: 'serve loopback and http.externalNetworks alone',
  input: z.strictObject(switchShape),
  routes: switchRoutes(
    { path: '/admin/security/disable-external', summary: 'Serve loopback and the listed networks alone.' },
    { path: '/admin/security/enable-external', summary: 'Serve every network again.' },
  ),
  protection: ({ networks, wallClock }, order) =>
    shortens(order, networks.external.current(), wallClock()) ? 'lowers' : 'raises',
  run: (context, order, caller) => switchExternal(context, order, caller),
});

const erase = defineAction({
  ...security,
  name: 'erase_subject',
  brief: 'forget a person, for good',
  input: z.strictObject({
    subject: z.string().min(1).max(200).optional().describe('For erase_subject: the identifier that was used.'),
    dryRun,
  }),
  routes: [
    {
      method: 'POST',
      path: '/admin/compliance/erase-subject',
      summary: 'Forget a person (GDPR Art. 17). Nothing can undo it.',
      undo: null,
    },
  ],
  // Nothing brings back what is forgotten: a person decides it.
  reversible: false,
  protection: () => 'lowers',
  run: (context, order, caller) => eraseSubject(context, { ...order, caller }),
});

export const securityResponse = toolOperation({
  name: tool,
  by: 'action',
  actions: [lockdown, blockIp, disableExternal, erase],
  output: z.object({ action: z.string(), ...adminResultShape }),
});
