import type { OperationClass, OperationType, PathName } from '../config/operation-types.ts';
import type { BreakerView } from './circuit-breaker.ts';

export interface Message {
  role: 'user' | 'assistant';
  text: string;
}

/** What a path needs to know of an operation. */
export interface PathRequest {
  operationId: string;
  type: OperationType;
  class: OperationClass;
  /** The conversation; the last message is the user's. */
  messages: readonly Message[];
  /** The conversation as one text: the only message, or a transcript. */
  prompt: string;
  context: Readonly<Record<string, unknown>>;
  /** Upstreams that may be asked, by name; all of them where it is not given. */
  upstreams?: readonly string[] | undefined;
}

export interface Usage {
  inputTokens: number;
  outputTokens: number;
  totalTokens: number;
}

export interface PathAnswer {
  text: string;
  /** Model that answered, where the path knows it. */
  modelId: string | null;
  /** Upstream that answered, on the mcp path. */
  upstream: string | null;
  usage: Usage | null;
  /** Latency that the service itself reports, in ms. */
  serviceLatencyMs: number | null;
  /** Why the model stopped, in Bedrock's words (`end_turn`, `max_tokens` ...). */
  stopReason: string | null;
  /** True where the answer says that it comes from a simulator. */
  simulated: boolean;
  /** UTF-16 units taken out of the text because they are invisible or steer what shows it; on both paths. */
  removedCharacters: number;
  /** Set where the text is another system's, which an agent must take as data and never as instructions. */
  untrusted: Untrusted | null;
}

export interface Untrusted {
  /** Who wrote it: `upstream kb`. */
  source: string;
  /** As `removedCharacters`. */
  removed: number;
}

export interface CallOptions {
  /** Ends the call, whatever it waits for: queue, connection, first byte, body. */
  signal: AbortSignal;
  /** Called with each new piece of text, or word of progress, when the caller asked for progress. */
  onProgress?: ((text: string) => void) | undefined;
}

/** How a path stands by its configuration and connections; what calls have seen of it is health's matter. */
export interface PathState {
  configured: boolean;
  /** False while every breaker of the path is open: a call would be refused at once. */
  available: boolean;
  breakers: Readonly<Record<string, BreakerView>>;
  /** Worth an operator's eye: what is missing or wrong, and what to do. */
  findings: readonly string[];
  /** Facts for a health report: region, model, upstreams with their connection state. */
  details: Readonly<Record<string, unknown>>;
}

/** One way to an answer. */
export interface Path {
  readonly name: PathName;
  /** @throws PathError, always classified. */
  call(request: PathRequest, options: CallOptions): Promise<PathAnswer>;
  state(): PathState;
  /** The cheapest call that proves that the path answers operations of a class: counts for no breaker. @throws PathError */
  probe(signal: AbortSignal, operationClass: OperationClass): Promise<void>;
  /** What a probe for a class asks: classes with the same target share their probes. */
  probeTarget(operationClass: OperationClass): string;
  /** Closes every breaker of the path. */
  resetBreakers(): void;
  /**
   * Takes new connections in place of the open ones, with credentials read again; calls in flight end on the old ones.
   * What was never opened stays so. Resolves when the new ones are tried. Never throws: what fails is in `state()`.
   */
  restart(): Promise<void>;
  /** Loads and connects ahead of the first call. Never throws: what fails is in `state()`. */
  warmUp(): Promise<void>;
  close(): Promise<void>;
}
