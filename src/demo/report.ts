import yoctoSpinner from 'yocto-spinner';

/** Where the demo tells what it does: with a spinner in a terminal, in plain lines elsewhere. */
export interface Report {
  line(text: string): void;
  /** Shows that something runs, and then its outcome. */
  during<Result>(what: string, run: () => Promise<Result>, outcome: (result: Result) => string): Promise<Result>;
}

export function createReport(stream: NodeJS.WriteStream): Report {
  const line = (text: string) => {
    stream.write(`${text}\n`);
  };
  return {
    line,
    async during(what, run, outcome) {
      const spinner = stream.isTTY ? yoctoSpinner({ text: what, stream }).start() : undefined;
      try {
        const result = await run();
        spinner?.stop();
        line(outcome(result));
        return result;
      } finally {
        spinner?.stop();
      }
    },
  };
}
