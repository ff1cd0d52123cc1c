import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLines } from '../../../src/compliance/audit/split-lines.ts';

async function split(chunks: readonly string[], maxBytes = 1_000) {
  const source = async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  };
  const found = [];
  for await (const lines of splitLines(source(), maxBytes))
    for (const { bytes, ended, tooLong } of lines) found.push({ text: bytes.toString(), ended, tooLong });
  return found;
}

describe('splitLines', () => {
  it('gives the same lines however the bytes are cut into chunks', async () => {
    const chunk = fc.string({ unit: fc.constantFrom('a', 'é', '\n') });
    await fc.assert(
      fc.asyncProperty(fc.array(chunk), async (chunks) => {
        const lines = await split(chunks);
        expect(lines.map(({ text, ended }) => text + (ended ? '\n' : '')).join('')).toBe(chunks.join(''));
        expect(lines.filter(({ text, tooLong }) => tooLong || text.includes('\n'))).toEqual([]);
        expect(lines.slice(0, -1).every(({ ended }) => ended)).toBe(true);
      }),
    );
  });

  it.each([
    ['inside a chunk', ['ab\nabcdef\nab\n']],
    ['across chunks', ['ab\nab', 'cd', 'ef\nab\n']],
    ['without an end', ['ab\nabcdef']],
  ])('stops at a line that is too long: %s', async (_, chunks) => {
    expect((await split(chunks, 4)).map(({ text, tooLong }) => [text, tooLong])).toEqual([
      ['ab', false],
      ['abcd', true],
    ]);
  });

  it('does not read on after it', async () => {
    let read = 0;
    const endless = async function* () {
      for (;;) {
        read++;
        yield Buffer.alloc(100, 'x');
      }
    };
    for await (const lines of splitLines(endless(), 250)) expect(lines[0]?.tooLong).toBe(true);
    expect(read).toBe(3);
  });
});
