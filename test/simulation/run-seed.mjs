// One seed to its verdict, and a failing one to the fewest faults that still fail.

import { config } from 'rxjs';
import { engineModules } from './engine-modules.mjs';
import { Simulation } from './simulation.mjs';
import { Violation } from './violation.mjs';

/** What a stream of the engine's threw and nobody caught: a bug, whatever else the run came to. */
let unhandled = null;
config.onUnhandledError = (error) => {
  unhandled ??= error;
};
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A seed runs in one go. Real timers that are armed meanwhile (streams report what was thrown at them in one) run after it. */
function withoutTimers(run) {
  const { setTimeout } = globalThis;
  const armed = [];
  globalThis.setTimeout = (act) => armed.push(act);
  try {
    return run();
  } finally {
    globalThis.setTimeout = setTimeout;
    for (const act of armed) act();
  }
}

/**
 * Runs one seed. `options`: `seed`; `only`, the kinds of fault instead of its own; `crashAt`; `bug`, a planted one. Answers
 * with `violation` null, or the invariant and what was found.
 */
export async function runSeed({ bug = null, ...options }) {
  const simulation = new Simulation(await engineModules(bug), options);
  unhandled = null;
  let violation = null;
  let trace = null;
  try {
    ({ trace } = withoutTimers(() => simulation.run()));
  } catch (error) {
    violation =
      error instanceof Violation
        ? { invariant: error.invariant, detail: error.message }
        : { invariant: 'assertion', detail: `assertion: ${error.stack}` };
  }
  await nextTurn();
  if (unhandled !== null)
    violation = { invariant: 'assertion', detail: `assertion: ${unhandled.stack}` };
  return {
    seed: options.seed,
    faults: [...simulation.mix.keys()],
    violation,
    trace,
    inputs: simulation.inputs,
    portCalls: simulation.portCalls,
    runs: simulation.runs,
    orders: simulation.judge.posts.size,
    fills: simulation.exchange.account.fills.length,
    hits: [...simulation.hits],
    coverage: [...simulation.coverage],
  };
}

/** Leaves out one fault after the other as long as the same invariant breaks. */
export async function shrunk(result, bug = null) {
  let { faults } = result;
  let violation = result.violation;
  for (let shrank = true; shrank; ) {
    shrank = false;
    for (const name of faults) {
      const only = faults.filter((other) => other !== name);
      const less = await runSeed({ seed: result.seed, only, bug });
      if (less.violation?.invariant !== violation.invariant) continue;
      faults = only;
      violation = less.violation;
      shrank = true;
      break;
    }
  }
  return { seed: result.seed, faults, violation };
}

/** The line that brings it back. `faults` null: the seed's own. */
export function reproducer({ seed, faults, violation, crashAt = null }, bug = null) {
  // What runs differently is only seen by running it again.
  const isTrace = violation.isTrace === true;
  const which = isTrace ? ['--from', seed, '--seeds 1 --traces 1 --crashes 0'] : ['--seed', seed];
  const words = ['npm run sim --', ...which];
  if (faults !== null) words.push('--faults', faults.join(',') || 'none');
  if (crashAt !== null)
    words.push(crashAt.after ? '--crash-after' : '--crash-before', crashAt.call);
  if (bug !== null) words.push('--bug', bug);
  return words.join(' ');
}

/** The kinds of port call that a seed makes, in order, and what it came to. */
export async function callsOf({ seed, only, bug = null }) {
  const calls = [];
  const result = await runSeed({ seed, only, bug, onCall: (kind) => calls.push(kind) });
  return { calls, result };
}

/**
 * One seed again and again, going down at each of its port calls from `from` to `to` in turn: before the call is performed, and
 * after. Answers with how many runs that were, and the first that failed.
 */
export async function crashAtEveryCall({ seed, only, bug = null, from, to }) {
  let runs = 0;
  for (let call = from; call <= to; call += 1)
    for (const after of [false, true]) {
      runs += 1;
      const result = await runSeed({ seed, only, bug, crashAt: { call, after } });
      if (result.violation !== null)
        return { runs, failed: { ...result, crashAt: { call, after } } };
    }
  return { runs, failed: null };
}
