import { describe, expect, it, vi } from 'vitest';
import { recordingLogger } from '../support-files/log-lines.ts';

describe('createLogger', () => {
  it('writes one line of JSON with component, event, level and time', () => {
    const { logger, lines, text } = recordingLogger();
    logger.error({ component: 'intelligent-router', event: 'ERROR', n: 1 }, 'it\nfailed');
    expect(text()).toMatch(/^[^\n]+\n$/);
    expect(lines()).toEqual([
      {
        level: 'error',
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        component: 'intelligent-router',
        event: 'ERROR',
        n: 1,
        msg: 'it\nfailed',
      },
    ]);
  });

  it('writes to its destination and to nothing else', () => {
    const stdout = vi.spyOn(process.stdout, 'write');
    const stderr = vi.spyOn(process.stderr, 'write');
    recordingLogger().logger.warn({ component: 'c' }, 'm');
    expect([stdout.mock.calls, stderr.mock.calls]).toEqual([[], []]);
    vi.restoreAllMocks();
  });

  it('keeps to its level', () => {
    const { logger, lines } = recordingLogger({ logLevel: 'warn' });
    logger.debug({ component: 'c' }, 'debug');
    logger.info({ component: 'c' }, 'info');
    logger.warn({ component: 'c' }, 'warn');
    logger.error({ component: 'c' }, 'error');
    expect(lines().map(({ level }) => level)).toEqual(['warn', 'error']);
  });

  it('says simulated in every line, where it is', () => {
    const { logger, lines } = recordingLogger({ simulate: true });
    logger.info({ component: 'c' }, 'm');
    expect(lines()[0]).toMatchObject({ simulated: true });
  });

  it('writes nothing where it is silent', () => {
    const { logger, text } = recordingLogger({ logLevel: 'silent' });
    logger.error({ component: 'c' }, 'm');
    expect(text()).toBe('');
  });
});
