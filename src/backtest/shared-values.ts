import { assert } from '../domain/assert.js';
import type { ValuationJob, ValuationResult } from '../messages/valuation.js';
import { decideTogether, valueRange } from '../valuation/value.js';

type Valued = ReturnType<typeof valueRange>[number];

/**
 * `valueMarkets`, for several runs over one recording: what a market is worth on its own is computed once for all that
 * see the same of it under the same terms. Holds the markets of one moment.
 */
export class SharedValues {
  private terms = '';
  private readonly kept = new Map<string, Valued>();

  value(job: ValuationJob): ValuationResult {
    const terms = JSON.stringify([job.at, job.settings, job.blend]);
    if (terms !== this.terms) this.kept.clear();
    this.terms = terms;
    const valued = job.markets.map((selected, index) => {
      const barred = job.barred.find(({ ticker }) => ticker === selected.market.ticker) ?? null;
      const key = JSON.stringify([selected, barred]);
      const known = this.kept.get(key);
      if (known !== undefined) return known;
      const [made] = valueRange(job, index, index + 1);
      assert(made !== undefined, 'every market of a job is valued');
      this.kept.set(key, made);
      return made;
    });
    return decideTogether(job, valued);
  }
}
