import type { Vertical } from '../domain/market.js';
import type { LedgerRecord, VerdictRow } from '../domain/records.js';
import type { EpochMs, Price, Ticker } from '../domain/units.js';
import { Scorer, tooSmall } from '../valuation/calibration.js';
import { settledVerdict } from '../valuation/settled.js';

/** Brier scores on the same snapshots; `low` and `high`: 95 % interval of engine − market. Null without snapshots. */
export type BrierOf = {
  readonly engine: number | null;
  readonly market: number | null;
  readonly n: number;
  readonly events: number;
  readonly low: number | null;
  readonly high: number | null;
};

const shown = ['weather', 'crypto'] as const satisfies readonly Vertical[];

/** Of one market, two days of ten-minute windows; of those that wait longer the newest are kept. */
const windowsMax = 300;

type Waiting = { readonly row: VerdictRow; readonly at: EpochMs };

/**
 * How good a run's fair values were beside the mids of the same windows, on the markets that had an outcome before it
 * ended. Hears the ledger's records.
 */
export class RunScore {
  private readonly scorer = new Scorer(1);
  private readonly waiting = new Map<string, Waiting[]>();

  hear(records: readonly LedgerRecord[]): void {
    for (const { body, at } of records) {
      if (body.kind === 'cycle') for (const row of body.verdicts) this.keep(row, at);
      if (body.kind === 'outcome') this.judge(body.ticker, body.yesValue);
    }
  }

  private keep(row: VerdictRow, at: EpochMs): void {
    const rows = this.waiting.get(row[0]) ?? [];
    this.waiting.set(row[0], rows);
    rows.push({ row, at });
    if (rows.length > windowsMax) rows.shift();
  }

  private judge(ticker: Ticker, yesValue: Price): void {
    for (const { row, at } of this.waiting.get(ticker) ?? []) {
      const settled = settledVerdict(row, at, yesValue);
      if (settled === null) continue;
      const { vertical, fair, mid, outcome } = settled;
      this.scorer.add({ ticker, vertical, p: fair, mid, outcome });
    }
    this.waiting.delete(ticker);
  }

  brier(): Readonly<Record<(typeof shown)[number], BrierOf>> {
    const { byVertical } = this.scorer.report();
    const of = (vertical: Vertical): BrierOf => {
      const score = byVertical[vertical];
      const interval =
        score === undefined || score.difference === tooSmall ? null : score.difference;
      return {
        engine: score?.brier ?? null,
        market: score?.marketBrier ?? null,
        n: score?.n ?? 0,
        events: score?.events ?? 0,
        low: interval?.low ?? null,
        high: interval?.high ?? null,
      };
    };
    return { weather: of('weather'), crypto: of('crypto') };
  }

  /** The same for a person. */
  line(): string {
    const brier = this.brier();
    const parts = shown.map((vertical) => {
      const { engine, market, n, events, low, high } = brier[vertical];
      if (engine === null || market === null || low === null || high === null)
        return `${vertical} nothing settled`;
      return `${vertical} ${engine.toFixed(4)}, market ${market.toFixed(4)}, difference within [${low.toFixed(4)}, ${high.toFixed(4)}] (${n} snapshots, ${events} events)`;
    });
    return `Brier score ${parts.join(' · ')}`;
  }
}
