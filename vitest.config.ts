import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

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

/** Whole runs that take longest. By themselves the largest files come first, and these are small. */
const long = ['test/chaos/chaos.test.ts', 'test/e2e/economics.test.ts'];

/** What is long begins first, so that nobody waits for it alone at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean =>
      long.some((name) => moduleId.endsWith(name));
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** No test takes as long by itself. On a busy machine it may, and what hangs is ended all the same. */
const msMax = 180_000;

export default defineConfig({
  test: {
    // What is waited for is there at once, or late because others have the cores.
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: LongFirst },
    reporters: ['default', './test/support/closing-line.ts'],
    passWithNoTests: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'inside',
          include: ['test/**/*.test.ts'],
          exclude: [...wholeRuns, ...alone],
          testTimeout: msMax,
          hookTimeout: msMax,
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
          testTimeout: msMax,
          hookTimeout: msMax,
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
          testTimeout: msMax,
          hookTimeout: msMax,
          pool: 'forks',
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
