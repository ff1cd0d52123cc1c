import { type ServeStdioOptions, StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { CallsUnderWay } from './call.ts';
import { createUpstreamServer } from './mcp-server.ts';
import { remoteBook } from './remote-book.ts';
import { FaultyStdioTransport } from './stdio-transport.ts';

/** Serves the upstream over this process's stdin and stdout. Without a control URL there are no faults. */
export async function serveUpstreamOverStdio(options: { seed: number; controlUrl: string | undefined }): Promise<void> {
  const calls = new CallsUnderWay();
  const log = (message: string) => {
    process.stderr.write(`${message}\n`);
  };
  const end = () => {
    calls.finishAll('aborted').finally(() => process.exit(0));
  };
  const serve: ServeStdioOptions = { onerror: (error) => log(error.message) };

  if (options.controlUrl !== undefined) {
    const book = remoteBook(options.controlUrl);
    if (await book.crashesAtStart()) process.exit(1);
    const writeLine = (line: string) => {
      process.stdout.write(`${line}\n`);
    };
    serve.transport = new FaultyStdioTransport({ inner: new StdioServerTransport(), calls, book, writeLine, log });
  }
  serveStdio(() => createUpstreamServer({ calls, seed: options.seed, exit: (status) => process.exit(status) }), serve);
  process.stdin.once('end', end);
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}
