import { messageOf } from './config/errors.ts';
import type { Logger } from './telemetry/logger.ts';

/** What is to be ended, and how. */
export interface Serving {
  /** Time that running calls have to end by themselves, in ms. */
  drainMs: number;
  stopAdmitting(): void;
  /** Resolves when no call waits for its answer. */
  idle(): Promise<void>;
  /** Ends the running calls; their answers say so. */
  abortRunning(): void;
  /** Closes connections and stops child processes. */
  close(): Promise<void>;
}

interface Dependencies {
  logger: Logger;
  /** Ends the process at once; what still runs of its children is killed by then. */
  exit: (status: number) => void;
}

/** Time for the answers of aborted calls to reach the client, in ms. */
const answerMs = 500;
/** Time for connections and children to close by themselves, in ms; with drainMs well under the 10 s of a container's end. */
const closeMs = 3_000;
const component = 'bedrock-support';
// A process that a signal ended: 128 and the signal's number.
const forcedStatus = { SIGINT: 130, SIGTERM: 143 } as const;

/** The graceful end: no new operations, a bounded time for the running ones, an error for the rest, then no child left. */
export class Shutdown {
  readonly #dependencies: Dependencies;
  #serving: Serving | null = null;
  #ending = false;
  #status = 0;

  constructor(dependencies: Dependencies) {
    this.#dependencies = dependencies;
  }

  /** From here on there is something to end in good order. */
  watch(serving: Serving): void {
    this.#serving = serving;
  }

  /** The first signal ends gracefully, the second one at once. */
  signal(name: 'SIGTERM' | 'SIGINT'): void {
    if (this.#ending) this.#dependencies.exit(forcedStatus[name]);
    else void this.end(name);
  }

  /** @param cause why, for the log: a signal, or that the client has gone */
  async end(cause: string): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    this.#dependencies.logger.info({ component, cause }, 'shutting down');
    if (this.#serving) await this.#drain(this.#serving);
    await this.#close();
  }

  /** An error that nothing caught: what this process knows may be wrong, so nothing is drained. */
  async crash(thrown: unknown): Promise<void> {
    const again = this.#status !== 0;
    this.#status = 1;
    this.#ending = true;
    this.#dependencies.logger.error({ component, event: 'ERROR', cause: messageOf(thrown) }, 'ERROR uncaught, exiting');
    if (again) this.#dependencies.exit(1);
    else await this.#close();
  }

  async #drain({ stopAdmitting, idle, abortRunning, drainMs }: Serving): Promise<void> {
    stopAdmitting();
    if (await within(idle(), drainMs)) return;
    this.#dependencies.logger.warn({ component, drainMs }, 'aborting what still runs');
    abortRunning();
    await within(idle(), answerMs);
  }

  async #close(): Promise<void> {
    const { logger, exit } = this.#dependencies;
    try {
      if (this.#serving && !(await within(this.#serving.close(), closeMs))) {
        logger.warn({ component, closeMs }, 'not everything closed in time: the rest is killed');
      }
    } catch (thrown) {
      logger.error({ component, event: 'ERROR', cause: messageOf(thrown) }, 'ERROR while closing');
    }
    exit(this.#status);
  }
}

/** Has the process's signals, and errors that nothing caught, end the server. */
export function endWith(shutdown: Shutdown): void {
  process.on('SIGTERM', () => shutdown.signal('SIGTERM'));
  process.on('SIGINT', () => shutdown.signal('SIGINT'));
  process.on('uncaughtException', (error) => void shutdown.crash(error));
  process.on('unhandledRejection', (reason) => void shutdown.crash(reason));
}

/** Whether a promise settles in time. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
