/** The real worker, except that a job's cycle can ask for trouble. */
import perform from '../../dist/workers/valuation-worker.js';

export default function faulty(task) {
  switch (task.job.cycle) {
    case -1:
      // As an error nobody catches: the thread ends in the middle of its task.
      setImmediate(() => {
        throw new Error('crash');
      });
      return new Promise(() => {});
    case -2:
      throw new Error('a part broke');
    case -3:
      for (;;);
    case -4:
      // Broken in one part only.
      if (task.job.markets[0]?.market.ticker.endsWith('-0')) throw new Error('first part broke');
      return perform(task);
    case -5: {
      const until = performance.now() + 300;
      while (performance.now() < until);
      return perform(task);
    }
    default:
      return perform(task);
  }
}
