import { defineConfig } from 'vitest/config';

/** They start processes of their own, with deadlines: one file at a time, after everything else. */
const withProcesses = [
  'test/chaos/chaos.test.ts',
  'test/e2e/**/*.test.ts',
  'test/sinks/ledger-corruption.test.ts',
  'test/sinks/ledger-disk-faults.test.ts',
  'test/sinks/ledger-kill.test.ts',
  'test/sinks/ledger-power-loss.test.ts',
  'test/sinks/ledger-starts.test.ts',
  'test/simulation/simulation.test.ts',
  'test/simulator/command.test.ts',
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
          exclude: withProcesses,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'processes',
          include: withProcesses,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
