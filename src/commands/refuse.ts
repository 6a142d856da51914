import { type ConfigProblem, exitCodeOf } from '../config/problems.js';
import { foreign } from '../sinks/console/text.js';

/** Prints what is wrong, a line each, and says with which code to leave. */
export function refuse(problems: readonly ConfigProblem[]): number {
  for (const problem of problems) process.stderr.write(`${foreign(problem.message)}\n`);
  return exitCodeOf(problems);
}
