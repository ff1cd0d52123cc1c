import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/simulator/engine.ts';
import type { FaultKind } from '../../src/simulator/faults.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { type Call, RuleBook } from '../../src/simulator/rule-book.ts';
import { type Rule, rulesSchema } from '../../src/simulator/rule-schema.ts';

const CONVERSE: Call = { endpoint: 'bedrock', api: 'converse', modelId: 'm', operation: 'emergency' };

function bookOf(rules: Rule[], seed = 1): RuleBook {
  const book = new RuleBook(seededRandom(seed));
  book.replace(rulesSchema.parse(rules));
  return book;
}

function kinds(book: RuleBook, call: Call, times: number): (FaultKind | null)[] {
  return Array.from({ length: times }, () => book.decide(call).fault?.kind ?? null);
}

describe('rules', () => {
  it('takes the first fault that fires, and one latency beside it', () => {
    const book = bookOf([
      { fault: { kind: 'latency', distribution: { type: 'fixed', ms: 5 } } },
      { fault: { kind: 'throttled', retryAfterSeconds: 2 } },
      { fault: { kind: 'internal_server' } },
      { fault: { kind: 'latency', distribution: { type: 'fixed', ms: 9 } } },
    ]);
    expect(book.decide(CONVERSE)).toEqual({ latencyMs: 5, fault: { kind: 'throttled', retryAfterSeconds: 2 } });
    expect(book.list().map(({ fired }) => fired)).toEqual([1, 1, 0, 0]);
  });

  it('fires at most `times` times, then the next rule has its turn', () => {
    const book = bookOf([
      { times: 2, fault: { kind: 'throttled' } },
      { times: 1, fault: { kind: 'model_error' } },
    ]);
    expect(kinds(book, CONVERSE, 4)).toEqual(['throttled', 'throttled', 'model_error', null]);
  });

  it.each([
    [{ modelId: 'm' }, true],
    [{ modelId: 'n' }, false],
    [{ operation: 'emergency' }, true],
    [{ operation: 'audit' }, false],
    [{ api: 'converse' }, true],
    [{ api: 'invoke' }, false],
    [{ server: 'bedrock' as const }, true],
    [{ server: 'upstream' as const }, false],
    [{ modelId: 'm', operation: 'emergency', api: 'converse' }, true],
    [{ modelId: 'm', operation: 'emergency', api: 'invoke' }, false],
  ])('matches %j: %s', (match, fires) => {
    expect(bookOf([{ match, fault: { kind: 'throttled' } }]).decide(CONVERSE).fault !== null).toBe(fires);
  });

  it('passes over what cannot touch the call, without using the rule up', () => {
    const book = bookOf([
      { times: 1, fault: { kind: 'stream_stall' } },
      { times: 1, fault: { kind: 'exit' } },
    ]);
    expect(kinds(book, CONVERSE, 2)).toEqual([null, null]);
    expect(kinds(book, { ...CONVERSE, api: 'converse-stream' }, 2)).toEqual(['stream_stall', null]);
    expect(kinds(book, { endpoint: 'upstream-stdio', api: 'tools/call' }, 2)).toEqual(['exit', null]);
  });

  it('keeps a fault to its transport', () => {
    const http: Call = { endpoint: 'upstream-http', api: 'tools/call' };
    const stdio: Call = { endpoint: 'upstream-stdio', api: 'tools/call' };
    const start: Call = { endpoint: 'upstream-stdio', api: 'start' };
    for (const kind of [
      'session_expired',
      'stream_dropped',
      'stream_ended',
      'unauthorized',
      'forbidden',
      'connection_reset',
    ] as const) {
      const book = bookOf([{ fault: { kind } }]);
      expect([kinds(book, http, 1), kinds(book, stdio, 1), kinds(book, start, 1)]).toEqual([[kind], [null], [null]]);
    }
    const crash = bookOf([{ fault: { kind: 'crash_at_start' } }]);
    expect([kinds(crash, http, 1), kinds(crash, stdio, 1), kinds(crash, start, 1)]).toEqual([
      [null],
      [null],
      ['crash_at_start'],
    ]);
  });

  it('gives the same decisions for the same seed and order, and others for another seed', () => {
    const rules: Rule[] = [
      { probability: 0.5, fault: { kind: 'throttled' } },
      { probability: 0.5, fault: { kind: 'latency', distribution: { type: 'lognormal', medianMs: 50, p95Ms: 200 } } },
    ];
    const run = (seed: number) => {
      const book = bookOf(rules, seed);
      return Array.from({ length: 40 }, () => book.decide(CONVERSE));
    };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_294_967_294 }), (seed) => {
        expect(run(seed)).toEqual(run(seed));
        expect(run(seed)).not.toEqual(run(seed + 1));
      }),
    );
  });

  it('fires about as often as its probability says', () => {
    const fired = kinds(bookOf([{ probability: 0.2, fault: { kind: 'throttled' } }]), CONVERSE, 5_000);
    const share = fired.filter((kind) => kind !== null).length / fired.length;
    expect(Math.abs(share - 0.2)).toBeLessThan(0.025);
  });

  it('replaces a rule that is added with an id in use, and makes up ids that are free', () => {
    const book = bookOf([{ id: 'rule-1', fault: { kind: 'throttled' } }, { fault: { kind: 'model_error' } }]);
    expect(book.list().map(({ id }) => id)).toEqual(['rule-1', 'rule-2']);
    book.add({ id: 'rule-1', fault: { kind: 'model_timeout' } });
    expect(kinds(book, CONVERSE, 1)).toEqual(['model_timeout']);
    expect([book.remove('rule-1'), book.remove('rule-1')]).toEqual([true, false]);
  });
});

describe('books', () => {
  const outcomes = fc.array(fc.constantFrom('open', 'answered', 'rejected', 'faulted', 'aborted'), { maxLength: 300 });

  it('balance: requests = answered + rejected + faulted + aborted + open', () => {
    fc.assert(
      fc.property(outcomes, fc.boolean(), (ends, reset) => {
        const { recorder } = createEngine({ server: 'bedrock', seed: 1, now: () => 0 });
        const before = recorder.begin({ api: 'converse' });
        if (reset) recorder.reset();
        for (const end of ends) {
          const record = recorder.begin({ api: 'converse' });
          if (end !== 'open') record.end(end);
          record.end('aborted');
          if (end === 'open') record.end('answered');
        }
        before.end('answered');
        const { requests, answered, rejected, faulted, aborted, open } = recorder.counters();
        expect(answered + rejected + faulted + aborted + open).toBe(requests);
        expect(requests).toBe(ends.length + (reset ? 0 : 1));
        expect(open).toBe(0);
        expect(recorder.recent().length).toBe(Math.min(200, requests));
      }),
    );
  });

  it('counts a flood of made-up names together, and takes any name', () => {
    const { recorder } = createEngine({ server: 'bedrock', seed: 1 });
    for (let i = 0; i < 500; i++) recorder.begin({ api: 'converse', modelId: `model-${i}` });
    recorder.begin({ api: '__proto__' });
    const { byModel, byApi } = recorder.counters();
    expect(Object.keys(byModel)).toHaveLength(201);
    expect(byModel.other).toBe(300);
    expect(Object.entries(byApi)).toContainEqual(['__proto__', 1]);
  });

  it('start the stream of chance again on reset', () => {
    const engine = createEngine({ server: 'bedrock', seed: 5 });
    const first = engine.random.next();
    engine.reset();
    expect(engine.random.next()).toBe(first);
  });
});
