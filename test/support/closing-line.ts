import type { Reporter, TestModule } from 'vitest/node';

/** Prints the runner's own totals as the last line: `N passed, N failed[, N skipped]`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        count[test.result().state] += 1;
      }
      // A file that could not be loaded has no tests of its own, and must not look like a pass.
      if (tests === 0 && !module.ok()) count.failed += 1;
    }
    const failed = count.failed + count.pending;
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    // The default reporter still flushes its summary; ours is printed when the process ends.
    process.once('exit', () => {
      process.stdout.write(`${count.passed} passed, ${failed} failed${skipped}\n`);
    });
  }
}
