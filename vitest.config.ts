import { defineConfig } from 'vitest/config';

// Three projects: `unit` mirrors src/, `e2e` drives the built server (dist/) over real sockets and processes,
// `checks` holds the rules that `npm run check` enforces (layers, documentation drift).
export default defineConfig({
  test: {
    // Most of the time goes in waiting for processes: as many files at once as there are cores, not one less.
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', 'test/checks/**'],
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'checks', include: ['test/checks/**/*.test.ts'] } },
    ],
  },
});
