// tsc compiles TypeScript only; the runbook's chapters are read at run time and belong beside the compiled resources.
import { cpSync, rmSync } from 'node:fs';

rmSync('dist/resources/runbook', { recursive: true, force: true });
cpSync('resources/runbook', 'dist/resources/runbook', { recursive: true });
