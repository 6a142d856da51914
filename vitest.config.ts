import { defineConfig } from 'vitest/config';

/** Processes that mostly wait, for market time to pass, each other or a disk: two files at a time leave half of two cores idle. */
const wholeRuns = [
  'test/e2e/**/*.test.ts',
  'test/chaos/chaos.test.ts',
  'test/sinks/ledger-disk-faults.test.ts',
  'test/sinks/ledger-kill.test.ts',
  'test/sinks/ledger-starts.test.ts',
  'test/simulator/command.test.ts',
];

/** They use every core by themselves, or measure: one file at a time, after everything else. */
const alone = [
  'test/sinks/ledger-corruption.test.ts',
  'test/sinks/ledger-power-loss.test.ts',
  'test/simulation/simulation.test.ts',
  'test/workers/pool.test.ts',
];

export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'inside',
          include: ['test/**/*.test.ts'],
          exclude: [...wholeRuns, ...alone],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          // Modules keep nothing but caches, so each process reads them once and not once a file.
          isolate: false,
          setupFiles: ['test/support/fresh-process.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'runs',
          include: wholeRuns,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
