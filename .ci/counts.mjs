// Prints "passed failed skipped" of a Vitest JSON report; a missing or unreadable report is one failure.
import { readFileSync } from 'node:fs';

try {
  const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const skipped = report.numPendingTests + report.numTodoTests;
  process.stdout.write(`${report.numPassedTests} ${report.numFailedTests} ${skipped}\n`);
} catch {
  process.stdout.write('0 1 0\n');
}
