import { expect, it } from 'vitest';
import { ConfigError, HybridRoutingError, messageOf } from '../../src/config/errors.ts';

it.each([
  [new Error('it failed'), 'it failed'],
  ['text', 'text'],
  [undefined, 'undefined'],
  [7, '7'],
  [Object.create(null), 'something that has no text'],
])('messageOf(%s)', (thrown, message) => {
  expect(messageOf(thrown)).toBe(message);
});

it('an error has its own name, a code, a remedy and its cause', () => {
  const cause = new Error('c');
  const error = new ConfigError('m', 'r', { cause });
  expect(error).toBeInstanceOf(HybridRoutingError);
  expect(error).toMatchObject({ name: 'ConfigError', code: 'config_invalid', message: 'm', remedy: 'r', cause });
});
