import type { Settings } from '../../config/schema.js';
import type { Account } from '../../domain/account.js';
import type { OrderTerms } from '../../domain/order.js';
import { exposure, exposures, ordersThisMinute, sizingBankroll } from '../../domain/risk.js';
import type { EpochMs, Micros, SeriesTicker, Ticker } from '../../domain/units.js';
import type { LimitRow } from '../../messages/dashboard.js';
import type { FeedMarket } from '../../messages/dashboard-feed.js';
import { eventOf } from '../../valuation/calibration.js';
import { costOn, type OnUnderlying } from '../../valuation/caps.js';
import { underlyingDayOf } from '../../valuation/underlying.js';

/** What the orders of one period, a window's and those until the next, have taken of its caps. */
export class PeriodSpent {
  #cycle = 0;
  #trades = 0;
  #worstCost = 0;

  get trades(): number {
    return this.#trades;
  }

  get worstCost(): number {
    return this.#worstCost;
  }

  begin(cycle: number): void {
    this.#cycle = cycle;
    this.#trades = 0;
    this.#worstCost = 0;
  }

  hear({ cycle, reason, worstCost }: OrderTerms): void {
    if (cycle !== this.#cycle || reason === 'exit') return;
    this.#trades += 1;
    this.#worstCost += worstCost;
  }
}

/** Every cap that trading is held to over time, and how much of it is used. */
export function limitsOf(
  account: Account,
  settings: Settings,
  now: { readonly equity: number | null; readonly at: number; readonly spent: PeriodSpent },
  factsOf: (ticker: string) => FeedMarket | undefined,
): readonly LimitRow[] {
  const { day, treasury } = account;
  const { equity, at, spent } = now;
  const loss =
    day === null || equity === null ? null : Math.max(0, day.baseline + day.deposits - equity);
  const open = exposure(account);
  const bankroll = sizingBankroll(account, settings);
  const share = (micros: number): number | null => (bankroll > 0 ? micros / bankroll : null);
  const markets = exposures(account);
  const { events, underlyings } = sharesOf(markets, factsOf);
  const rows: LimitRow[] = [];
  const row = (
    code: string,
    label: string,
    unit: LimitRow['unit'],
    used: number | null,
    most: number,
  ): void => void rows.push({ code, label, unit, used, most });
  row('daily_loss', 'loss of the day', 'micros', loss, settings.maxDailyLoss);
  row('open_exposure', 'open exposure', 'micros', open, settings.maxOpenExposure);
  const largest = most(markets.values());
  row('market_notional', 'largest market', 'micros', largest, settings.maxNotionalPerMarket);
  row(
    'gross_fraction',
    'gross share of the bankroll',
    'ratio',
    share(open),
    settings.maxGrossFraction,
  );
  const event = share(most(events));
  row('per_event_cap', 'largest event', 'ratio', event, settings.maxFractionPerEvent);
  const underlying = share(most(underlyings));
  const onOneDay = settings.maxFractionPerUnderlyingDay;
  row('per_underlying_cap', 'largest underlying of a day', 'ratio', underlying, onOneDay);
  const cycle = share(spent.worstCost);
  row('per_cycle_cap', 'this cycle', 'ratio', cycle, settings.maxTotalFractionPerCycle);
  row(
    'trades_per_cycle',
    'trades of this cycle',
    'count',
    spent.trades,
    settings.maxTradesPerCycle,
  );
  const orders = ordersThisMinute(account, at as EpochMs);
  row('order_rate', 'orders in a minute', 'count', orders, settings.maxOrdersPerMin);
  const { spentToday } = treasury;
  row('inference_day', 'Claude today', 'micros', spentToday, settings.inferenceDailyCap);
  return rows;
}

/** What is at risk by event, and by underlying and day, as the caps count it. */
function sharesOf(
  markets: ReadonlyMap<Ticker, Micros>,
  factsOf: (ticker: string) => FeedMarket | undefined,
): { readonly events: readonly number[]; readonly underlyings: readonly number[] } {
  const events = new Map<string, number>();
  const on: OnUnderlying[] = [];
  for (const [ticker, cost] of markets) {
    const facts = factsOf(ticker);
    const event = facts?.event ?? eventOf(ticker);
    events.set(event, (events.get(event) ?? 0) + cost);
    const closeAt = facts?.closesAt as EpochMs | undefined;
    const named = { ticker, seriesTicker: (facts?.series ?? null) as SeriesTicker | null };
    const of = underlyingDayOf({ ...named, ...(closeAt === undefined ? {} : { closeAt }) });
    if (of !== null) on.push({ of, cost });
  }
  return { events: [...events.values()], underlyings: on.map(({ of }) => costOn(of, on)) };
}

const most = (values: Iterable<number>): number => Math.max(0, ...values);
