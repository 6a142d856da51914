import { Piscina } from 'piscina';
import { Observable } from 'rxjs';
import { limits } from '../limits.js';
import type { ChainEntry } from '../messages/chain-line.js';
import type { FailureCode, Outcome } from '../messages/effect.js';
import type { ValuationJob, ValuationResult } from '../messages/valuation.js';
import type { Valued } from '../valuation/value-one.js';
import type { Task, TaskResult } from './valuation-worker.js';

export type PoolOptions = {
  readonly threads: number;
  /** Real ms from asking to answering, time in the queue included. */
  readonly deadlineMs?: number;
  /** Jobs asked and not yet answered; one more is refused as `queue_full`. */
  readonly jobsMax?: number;
  /** The worker's file; the built one unless a test brings another. */
  readonly worker?: URL;
};

export type Pool = {
  /**
   * Values a job on the threads. Works on subscription, answers once, never errors: a `worker` outcome with the
   * `ValuationResult`, or a failure. What arrives after the deadline or after leaving is dropped.
   */
  readonly value: (job: ValuationJob) => Observable<Outcome>;
  /** What was decided as lines of a chain file, a gzip member. Rejects when a thread dies or the pool is closed. */
  readonly chains: (entries: readonly ChainEntry[]) => Promise<Uint8Array>;
  /** Jobs asked and not yet answered. */
  readonly pending: () => number;
  /** Ends all threads. Whoever still waits is told `aborted`. */
  readonly close: () => Promise<void>;
};

/** The compiled worker, also when this file itself runs from its TypeScript source. */
const builtWorker = (): URL =>
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist/workers/valuation-worker.js', import.meta.url)
    : new URL('./valuation-worker.js', import.meta.url);

/**
 * A fixed number of threads. A job's markets are valued in parallel, in contiguous parts, then together in one task. A
 * thread that crashes or outlasts the deadline is ended and replaced; its job fails, no other does.
 */
export function valuationPool({
  threads,
  deadlineMs = limits.valuationDeadlineMs,
  jobsMax = limits.valuationsQueuedMax,
  worker = builtWorker(),
}: PoolOptions): Pool {
  const piscina = new Piscina({
    filename: worker.href,
    minThreads: threads,
    maxThreads: threads,
    // Jobs are bounded before they are split, so this bound is never met.
    // One more for the chains, of which one is written at a time.
    maxQueue: jobsMax * (threads + 1) + 1,
    // Threads compute; they need none of the settings and none of the secrets in the environment.
    env: {},
    // Its module is imported: a thread that is ended while it loads one by `require` takes the process with it (Node 20).
    execArgv: ['--no-experimental-require-module'],
  });
  // A thread that dies while idle is replaced; there is nobody to tell.
  piscina.on('error', () => {});
  const jobs = new Set<AbortController>();
  const closing = new AbortController();
  let isClosed = false;

  const run = async <Kind extends Task['kind']>(
    task: Task & { readonly kind: Kind },
    signal: AbortSignal,
  ): Promise<TaskResult<Kind>> => (await piscina.run(task, { signal })) as TaskResult<Kind>;

  async function perform(job: ValuationJob, signal: AbortSignal): Promise<ValuationResult> {
    const { markets } = job;
    const parts = Math.min(threads, Math.ceil(markets.length / limits.valuationMarketsPerPartMin));
    if (parts <= 1) return run({ kind: 'whole', job }, signal);
    const each = Math.ceil(markets.length / parts);
    const asked: Promise<readonly Valued[]>[] = [];
    for (let from = 0; from < markets.length; from += each) {
      const part = { ...job, markets: markets.slice(from, from + each) };
      asked.push(run({ kind: 'each', job: part }, signal));
    }
    const valued = (await Promise.all(asked)).flat();
    // Siblings have had their say; they need not cross once more.
    const lean = { ...job, markets: markets.map((one) => ({ ...one, siblings: [] })) };
    return run({ kind: 'together', job: lean, valued }, signal);
  }

  function value(job: ValuationJob): Observable<Outcome> {
    return new Observable((subscriber) => {
      const answer = (outcome: Outcome): void => {
        subscriber.next(outcome);
        subscriber.complete();
      };
      if (isClosed) return answer(failed('aborted', 'the pool is closed'));
      if (jobs.size >= jobsMax)
        return answer(failed('queue_full', `${jobs.size} jobs are waiting`));
      const controller = new AbortController();
      jobs.add(controller);
      const deadline = setTimeout(() => controller.abort('timeout'), deadlineMs);
      const finish = (outcome: Outcome): void => {
        clearTimeout(deadline);
        jobs.delete(controller);
        answer(outcome);
      };
      perform(job, controller.signal).then(
        (output) => finish({ kind: 'worker', output }),
        (error: unknown) => finish(failureOf(error, controller.signal, deadlineMs)),
      );
      // Whoever leaves frees the threads.
      return () => controller.abort('left');
    });
  }

  return {
    value,
    chains: (entries) => run({ kind: 'chains', entries }, closing.signal),
    pending: () => jobs.size,
    close: async () => {
      isClosed = true;
      for (const controller of jobs) controller.abort('closed');
      closing.abort('closed');
      await piscina.destroy();
    },
  };
}

const failed = (code: FailureCode, detail: string): Outcome => ({
  kind: 'failed',
  code,
  sent: false,
  detail,
});

function failureOf(error: unknown, signal: AbortSignal, deadlineMs: number): Outcome {
  if (signal.aborted)
    return signal.reason === 'timeout'
      ? failed('timeout', `no valuation within ${deadlineMs} ms`)
      : failed('aborted', `the pool was ${String(signal.reason)}`);
  return failed('worker_failed', error instanceof Error ? error.message : String(error));
}
