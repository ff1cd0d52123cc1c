import type { JSONRPCMessage, MessageExtraInfo, Transport } from '@modelcontextprotocol/server';
import { waited } from '../wait.ts';
import type { CallsUnderWay } from './call.ts';
import { namesOf, type RpcRequest, rpcRequest } from './message.ts';
import type { RemoteBook } from './remote-book.ts';
import { withUnknownContent } from './unknown-content.ts';

interface Dependencies {
  /** The real stdio transport. */
  inner: Transport;
  calls: CallsUnderWay;
  book: RemoteBook;
  /** Writes a line to stdout as it stands. */
  writeLine: (line: string) => void;
  log: (message: string) => void;
}

/** Stands between stdio and the SDK: decides over each request before the SDK sees it, and breaks what is to break. */
export class FaultyStdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: <T extends JSONRPCMessage>(message: T, extra?: MessageExtraInfo) => void;

  readonly #deps: Dependencies;
  readonly #ended = new AbortController();
  /** What to do when the answer to a request goes out, by request id. */
  readonly #answering = new Map<
    string | number,
    { key: number; unknownContent: boolean; finish: () => Promise<void> }
  >();
  #turn: Promise<void> = Promise.resolve();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { inner, log } = this.#deps;
    inner.onclose = () => {
      this.#ended.abort();
      this.onclose?.();
    };
    inner.onerror = (error) => this.onerror?.(error);
    inner.onmessage = (message) => {
      // One after the other: a cancellation must not overtake the request that it cancels.
      this.#turn = this.#turn
        .then(() => this.#receive(message))
        .catch((error) => {
          log(`Control is away, so this call meets no fault: ${String(error)}`);
          this.onmessage?.(message);
        });
    };
    await inner.start();
  }

  async #receive(message: JSONRPCMessage): Promise<void> {
    const request = rpcRequest(message);
    if (request === undefined) {
      this.onmessage?.(message);
      return;
    }
    const { book, calls, writeLine } = this.#deps;
    const call = await book.begin(namesOf(request));
    const { fault, latencyMs } = call.decision;
    if (fault?.kind === 'not_json') {
      await call.finish('faulted');
      writeLine('simulated: this line is not JSON');
      return;
    }
    const { key, params } = calls.enter(call, request.params);
    const inTool = request.method === 'tools/call';
    this.#answering.set(request.id, {
      key,
      unknownContent: fault?.kind === 'unknown_content',
      // A tool call has ended itself by now, unless the SDK refused it on its own.
      finish: () => call.finish(inTool ? 'rejected' : fault === null ? 'answered' : 'faulted'),
    });
    if (!inTool && fault?.kind === 'wedged') return;
    void this.#pass({ ...request, params }, inTool ? 0 : (latencyMs ?? 0));
  }

  async #pass(request: RpcRequest, latencyMs: number): Promise<void> {
    if (await waited(latencyMs, this.#ended.signal)) this.onmessage?.(request);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { inner, calls, writeLine } = this.#deps;
    const id = 'id' in message && !('method' in message) ? message.id : undefined;
    const answering = id === undefined ? undefined : this.#answering.get(id);
    if (id === undefined || answering === undefined) return inner.send(message);
    this.#answering.delete(id);
    await answering.finish();
    calls.leave(answering.key);
    if (!answering.unknownContent) return inner.send(message);
    writeLine(withUnknownContent(JSON.stringify(message)));
  }

  close(): Promise<void> {
    return this.#deps.inner.close();
  }
}
