import type { OperationContext } from '../src/operations/operation.ts';

/** Health in a few lines, as a prompt embeds it. */
export function currentState({ health, overrides, config }: OperationContext): string {
  const override = overrides.current();
  return [
    `- overall: ${health.overall()}${config.simulate ? ' (simulated)' : ''}`,
    ...health.components().map(({ name, status, cause }) => `- ${name}: ${status}${cause ? ` (${cause})` : ''}`),
    `- override: ${override ? `${override.route} first until ${new Date(override.expiresAt).toISOString()}` : 'none'}`,
  ].join('\n');
}
