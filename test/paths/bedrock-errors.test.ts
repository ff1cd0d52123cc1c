import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bedrockError } from '../../src/paths/bedrock-errors.ts';
import { errorClasses, PathError, traits } from '../../src/paths/path-error.ts';

function sdkError(name: string, fields: object = {}, message = 'it failed'): Error {
  return Object.assign(new Error(message), { name, ...fields });
}

const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe('bedrockError', () => {
  it.each([
    [sdkError('ThrottlingException'), 'throttled'],
    [sdkError('ServiceQuotaExceededException'), 'throttled'],
    [sdkError('ModelStreamErrorException'), 'transient'],
    [sdkError('ModelTimeoutException'), 'timeout'],
    [sdkError('ValidationException', {}, 'Input is too long for requested model.'), 'caller'],
    [sdkError('ValidationException', {}, 'The provided model identifier is invalid.'), 'configuration'],
    [sdkError('ValidationException', {}, "on-demand throughput isn't supported"), 'configuration'],
    [sdkError('CredentialsProviderError'), 'configuration'],
    [sdkError('TokenProviderError'), 'configuration'],
    [sdkError('SomethingNew', status(429)), 'throttled'],
    [sdkError('SomethingNew', status(401)), 'configuration'],
    [sdkError('SomethingNew', status(403)), 'configuration'],
    [sdkError('SomethingNew', status(500)), 'transient'],
    [sdkError('SomethingNew', status(599)), 'transient'],
    [sdkError('SomethingNew', status(418)), 'protocol'],
    [sdkError('TimeoutError'), 'network'],
    [sdkError('Error', { code: 'ECONNREFUSED' }), 'network'],
    [sdkError('Error', { code: 'CERT_HAS_EXPIRED' }), 'network'],
    [sdkError('Error', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'network'],
    [sdkError('SyntaxError'), 'protocol'],
    [sdkError('ThrottlingException', { code: 20 }), 'throttled'],
    [sdkError('ThrottlingException', { $response: { headers: { 'set-cookie': ['a'] } } }), 'throttled'],
    [sdkError('toString'), 'protocol'],
    [sdkError('constructor', status(503)), 'transient'],
    ['a string', 'protocol'],
    [undefined, 'protocol'],
    [null, 'protocol'],
  ])('puts %s into its class', (thrown, errorClass) => {
    const error = bedrockError(thrown);
    expect(error).toMatchObject({ path: 'direct', errorClass, code: `direct_${errorClass}` });
    expect(error.cause).toBe(thrown);
    expect(error.remedy).not.toBe('');
  });

  it('names a network fault by the code of the system, in the error or in its words', () => {
    expect(bedrockError(sdkError('Error', { code: 'ECONNRESET' })).kind).toBe('ECONNRESET');
    expect(bedrockError(sdkError('TimeoutError', {}, 'connect ETIMEDOUT 10.0.0.1')).kind).toBe('ETIMEDOUT');
    expect(bedrockError(sdkError('TimeoutError')).kind).toBe('TimeoutError');
  });

  it('passes a classified error on as it is', () => {
    const fault = new PathError({ path: 'direct', errorClass: 'caller', kind: 'k', message: 'm', remedy: 'r' });
    expect(bedrockError(fault)).toBe(fault);
  });

  it('keeps a message to its first line, cut short', () => {
    const { message } = bedrockError(sdkError('X', {}, `first ${'x'.repeat(999)}\n    at stack (file.js:1)`));
    expect(message.length).toBeLessThan(330);
    expect(message).not.toContain('stack');
  });
});

describe('Retry-After', () => {
  const at = (header: string) =>
    bedrockError(sdkError('ThrottlingException', { $response: { headers: { 'retry-after': header } } })).retryAfterMs;

  beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 12, 0, 0) }));
  afterEach(() => vi.useRealTimers());

  it.each([
    ['0', 0],
    ['7', 7_000],
    ['1.5', 1_500],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    ['  ', undefined],
    ['Infinity', undefined],
  ])('"%s" is %s ms', (header, ms) => {
    expect(at(header)).toBe(ms);
  });

  it('is a finite time that is not past, or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.double().map(String), fc.date({ noInvalidDate: true }).map(String)),
        (header) => {
          const ms = at(header) ?? 0;
          expect(Number.isFinite(ms) && ms >= 0).toBe(true);
        },
      ),
    );
  });
});

it('classifies anything at all', () => {
  const known = new Set<string>(errorClasses);
  const anyError = fc.record({
    name: fc.string(),
    code: fc.anything(),
    $metadata: fc.anything(),
    message: fc.string(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        anyError,
        anyError.map(({ name, ...rest }) => sdkError(name, rest)),
      ),
      (thrown) => {
        const { errorClass } = bedrockError(thrown);
        expect(known.has(errorClass)).toBe(true);
        expect(traits[errorClass]).toBeDefined();
      },
    ),
    { numRuns: 500 },
  );
});
