import type { CallToolResult } from '@modelcontextprotocol/client';
import { ownProperty } from './own-property.ts';
import type { PathAnswer } from './path.ts';
import { PathError } from './path-error.ts';
import { saysSimulated } from './says-simulated.ts';
import { asData, asWords, type DataText } from './untrusted-text.ts';

interface ReadOptions {
  upstream: string;
  tool: string;
  /** `text`, or `structuredContent.` and a path into it. */
  result: string;
  /** Longest answer taken, in bytes of UTF-8. */
  maxAnswerBytes: number;
}

/** Finds the answer in a tool's result. @throws PathError `upstream` where the tool says so itself, `protocol` where there is no answer. */
export function readToolAnswer(result: CallToolResult, options: ReadOptions): PathAnswer {
  const { upstream, tool } = options;
  if (result.isError) {
    throw new PathError({
      path: 'mcp',
      errorClass: 'upstream',
      kind: 'tool_error',
      message: `Upstream ${upstream}: tool ${tool} failed: ${asWords(textOf(result), 300) || 'no reason given'}`,
      remedy: `Look at the logs of upstream ${upstream}.`,
    });
  }
  const value = options.result === 'text' ? textOf(result) : structuredValue(result, options);
  // Never cut: half an answer may say the contrary of the whole.
  const { text, removed, size } = typeof value === 'string' ? plain(value) : asJson(value);
  if (text === '' || size > options.maxAnswerBytes) {
    const what =
      text === ''
        ? 'gave no answer in its text blocks'
        : `gave an answer of ${size} bytes, over the limit of ${options.maxAnswerBytes}`;
    throw unusable(options, text === '' ? 'empty_answer' : 'oversized_answer', what);
  }
  return {
    text,
    modelId: null,
    upstream,
    usage: null,
    serviceLatencyMs: null,
    stopReason: null,
    simulated: saysSimulated(result.structuredContent) || saysSimulated(result._meta),
    removedCharacters: removed,
    untrusted: { source: `upstream ${upstream}`, removed },
  };
}

function textOf(result: CallToolResult): string {
  return result.content
    .map((block) => (block.type === 'text' ? block.text : ''))
    .filter((text) => text !== '')
    .join('\n');
}

function structuredValue(result: CallToolResult, options: ReadOptions): unknown {
  const value = ownProperty({ structuredContent: result.structuredContent }, options.result);
  if (value === undefined || value === null) {
    throw unusable(options, 'empty_answer', `gave no value at ${options.result}`);
  }
  return value;
}

/** What an answer says, and its size as it came, in bytes. */
type Read = DataText & { size: number };

function plain(text: string): Read {
  return { ...asData(text), size: Buffer.byteLength(text) };
}

function asJson(value: unknown): Read {
  let removed = 0;
  // JSON would write control characters as escapes, which whoever reads it would turn back into what they were.
  const json = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== 'string') return part;
    const data = asData(part);
    removed += data.removed;
    return data.text;
  });
  const data = asData(json); // keys
  return { text: data.text, removed: removed + data.removed, size: Buffer.byteLength(json) };
}

function unusable({ upstream, tool }: ReadOptions, kind: string, what: string): PathError {
  return new PathError({
    path: 'mcp',
    errorClass: 'protocol',
    kind,
    message: `Upstream ${upstream}: tool ${tool} ${what}`,
    remedy: `Check "tool" and "result" of upstream ${upstream} in mcp.upstreams, and mcp.maxAnswerBytes.`,
  });
}
