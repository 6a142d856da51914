import type { LedgerRecord, RecordBody, VerdictRow } from '../../domain/records.js';
import type { EpochMs } from '../../domain/units.js';
import type { CalibrationBucket } from '../../messages/dashboard.js';
import { eventOf } from '../../valuation/calibration.js';
import { Reliability } from '../../valuation/reliability.js';
import { settledVerdict } from '../../valuation/settled.js';

type Of<Kind extends RecordBody['kind']> = Extract<RecordBody, { kind: Kind }>;
type Waiting = { readonly row: VerdictRow; readonly at: EpochMs };

/** Of one market, two days of ten-minute windows; of those that wait longer the newest are kept. */
const windowsMax = 300;

/** How good the fair values were beside the middles of the same moments, on the markets that have an outcome. */
export class Scores {
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #reliability = new Reliability();
  #ours = 0;
  #market = 0;
  #n = 0;
  /** Outcomes of one event stand and fall together: they are one piece of news about who forecasts better. */
  readonly #events = new Set<string>();

  hearCycle({ verdicts }: Of<'cycle'>, { at }: LedgerRecord): void {
    for (const row of verdicts) {
      const rows = this.#waiting.get(row[0]) ?? [];
      this.#waiting.set(row[0], rows);
      rows.push({ row, at });
      if (rows.length > windowsMax) rows.shift();
    }
  }

  /** False: it settled nothing that was valued. */
  hearOutcome({ ticker, yesValue }: Of<'outcome'>): boolean {
    const before = this.#n;
    for (const { row, at } of this.#waiting.get(ticker) ?? []) {
      const settled = settledVerdict(row, at, yesValue);
      if (settled === null) continue;
      const { fair, mid, outcome } = settled;
      this.#reliability.add(eventOf(ticker), fair, outcome);
      this.#ours += (fair - outcome) ** 2;
      this.#market += (mid - outcome) ** 2;
      this.#n += 1;
      this.#events.add(eventOf(ticker));
    }
    this.#waiting.delete(ticker);
    return this.#n > before;
  }

  brier(): { readonly brier: number | null; readonly marketBrier: number | null; scored: number } {
    const n = this.#n;
    return n === 0
      ? { brier: null, marketBrier: null, scored: 0 }
      : { brier: this.#ours / n, marketBrier: this.#market / n, scored: this.#events.size };
  }

  buckets(): readonly CalibrationBucket[] {
    return this.#reliability.rows().map(({ from, to, n, events, forecast, outcome, interval }) => {
      const isEnough = interval !== 'n too small';
      return {
        from,
        to,
        forecasts: n,
        events,
        meanForecast: isEnough ? forecast : null,
        frequency: isEnough ? outcome : null,
        low: isEnough ? interval.low : null,
        high: isEnough ? interval.high : null,
      };
    });
  }
}
