import { configKeys } from '../../../src/config/keys.ts';

/** docs/configuration.md's table, from the schema. */
export function configReference(): string {
  const rows = configKeys.map(({ path, env, default: value, allowed, description }) => {
    const shown = value === undefined ? '' : `\`${JSON.stringify(value).replaceAll('|', '\\|')}\``;
    return `| \`${path.join('.')}\` | \`${env}\` | ${shown} | ${allowed} | ${description.replaceAll('|', '\\|')} |`;
  });
  return [
    '# Configuration keys',
    '',
    'Made from `src/config/schema.ts` by `npm run docs`; see [configuration.md](configuration.md) for how to set them.',
    '',
    '| key | environment | default | allowed | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
