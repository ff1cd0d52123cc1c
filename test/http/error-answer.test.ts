import { describe, expect, it } from 'vitest';
import { ConfigError, HybridRoutingError } from '../../src/config/errors.ts';
import { errorAnswer } from '../../src/http/error-answer.ts';
import { statusOf } from '../../src/http/error-status.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { RefusedError } from '../../src/support/admission.ts';
import { recordingLogger } from '../support-files/log-lines.ts';

const error = (code: string) => new HybridRoutingError(code, 'What happened', 'What to do.');
const answered = async (thrown: unknown, path = '/admin/x') => {
  const { logger, lines } = recordingLogger();
  const answer = errorAnswer({ thrown, path, logger });
  return { status: answer.status, headers: answer.headers, body: await answer.json(), lines: lines() };
};

describe('the status of an error', () => {
  it.each([
    [error('invalid_input'), 400],
    [error('audit_range_invalid'), 400],
    [error('insufficient_scope'), 403],
    [error('not_found'), 404],
    [new RefusedError('too_large', 'm', 'r'), 413],
    [error('lockdown_mode'), 503],
    [error('shutting_down'), 503],
    [error('unavailable'), 503],
    [new StoreError('store_unavailable', 'm'), 503],
    [new StoreError('store_conflict', 'm'), 500],
    [new ConfigError('m', 'r'), 500],
    [error('something_else'), 500],
    [error('constructor'), 500],
    [new HttpError({ status: 418, code: 'x', message: 'm', remedy: 'r' }), 418],
  ])('%s is %i', (thrown, status) => {
    expect(statusOf(thrown)).toBe(status);
  });
});

describe('an error answer', () => {
  it('says what happened and what to do, with the headers of the error', async () => {
    const thrown = new HttpError({
      status: 429,
      code: 'c',
      message: 'm',
      remedy: 'r',
      headers: { 'retry-after': '3' },
    });
    const { status, body, headers, lines } = await answered(thrown);
    expect([status, body, headers.get('retry-after')]).toEqual([
      429,
      { error: { code: 'c', message: 'm', remedy: 'r' } },
      '3',
    ]);
    expect(lines).toEqual([]);
  });

  it('is a JSON-RPC error for MCP', async () => {
    const { body } = await answered(error('invalid_input'), '/mcp');
    const data = { code: 'invalid_input', remedy: 'What to do.' };
    expect(body).toEqual({
      jsonrpc: '2.0',
      error: { code: -32_000, message: 'What happened. What to do.', data },
      id: null,
    });
  });

  it.each([new Error('secret'), 'secret', null, { toString: () => 'secret' }])(
    'does not show what was not meant to be seen: %s',
    async (thrown) => {
      const { status, body, lines } = await answered(thrown);
      expect(status).toBe(500);
      expect(body).toMatchObject({ error: { code: 'internal_error' } });
      expect(JSON.stringify(body)).not.toContain('secret');
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatchObject({ event: 'ERROR', level: 'error' });
    },
  );
});
