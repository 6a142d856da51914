// A listing page of 1,000 markets, read, checked and merged into the books, against bare JSON.parse of the same text.
import { NEVER, of } from 'rxjs';
import { kalshiCodec } from '../dist/exchange/kalshi/codec.js';
import { LogScheduler } from '../dist/log-scheduler.js';
import { BookStore } from '../dist/streams/book-store.js';
import { listingSnapshots } from '../dist/streams/listing-snapshots.js';
import { scans } from '../dist/streams/scans.js';
import { row, sideBySide } from './measure.mjs';

const market = (index) => {
  const bid = 5 + ((index * 37) % 85);
  const price = (cents) => (cents / 100).toFixed(4);
  const series = ['KXHIGHNY', 'KXBTCD', 'KXNBAGAME', 'KXCPI'][index % 4];
  const event = `${series}-26NOV${10 + (index % 20)}`;
  const ticker = `${event}-T${50_000 + index}`;
  return {
    can_close_early: true,
    close_time: '2026-11-28T00:30:00Z',
    created_time: '2026-11-11T05:15:11.590427Z',
    event_ticker: event,
    expected_expiration_time: '2026-11-28T03:30:00Z',
    expiration_time: '2026-11-30T00:30:00Z',
    expiration_value: '',
    floor_strike: 50_000 + index,
    fractional_trading_enabled: true,
    last_price_dollars: price(bid),
    latest_expiration_time: '2026-11-30T00:30:00Z',
    liquidity_dollars: '0.0000',
    market_type: 'binary',
    no_ask_dollars: price(100 - bid),
    no_bid_dollars: price(98 - bid),
    no_sub_title: `Below ${50_000 + index}`,
    notional_value_dollars: '1.0000',
    open_interest_fp: '1520.00',
    open_time: '2026-11-11T05:15:11Z',
    previous_price_dollars: '0.0000',
    previous_yes_ask_dollars: '0.0000',
    previous_yes_bid_dollars: '0.0000',
    price_level_structure: 'linear_cent',
    price_ranges: [{ start: '0.0000', end: '1.0000', step: '0.0100' }],
    response_price_units: 'usd_cent',
    result: '',
    rules_primary: `If the value is above ${50_000 + index} on the day, then the market resolves to Yes.`,
    rules_secondary: 'The source is the report of the responsible agency as published on the day.',
    settlement_timer_seconds: 300,
    status: 'active',
    strike_type: 'greater',
    ticker,
    title: `Will the value be above ${50_000 + index}?`,
    updated_time: '2026-11-11T05:15:11.850586Z',
    volume_24h_fp: `${index}.00`,
    volume_fp: `${index * 3}.00`,
    yes_ask_dollars: price(bid + 2),
    yes_ask_size_fp: '120.00',
    yes_bid_dollars: price(bid),
    yes_bid_size_fp: '80.50',
    yes_sub_title: `Above ${50_000 + index}`,
    exchange_index: 0,
  };
};

export async function pageBench(size) {
  const rounds = size(20);
  const body = JSON.stringify({
    cursor: '',
    markets: Array.from({ length: 1_000 }, (_, i) => market(i)),
  });
  const outcomes = [
    { kind: 'http', status: 200, path: '/markets', body },
    { kind: 'end', parts: 1 },
  ];
  const scheduler = new LogScheduler();
  const store = new BookStore({ speed: 1, hasFeed: false });
  const subject = () => {
    for (let round = 0; round < rounds; round += 1) {
      let merged = 0;
      const listing$ = scans(NEVER, () => of(...outcomes), kalshiCodec.listing, 1, scheduler);
      const subscription = listing$.subscribe((scan) => {
        const catalog = { ...scan, dropped: {} };
        listingSnapshots(of(catalog)).subscribe((event) => {
          store.apply(event, scheduler.now());
          merged += 1;
        });
      });
      subscription.unsubscribe();
      if (merged !== 1_000) throw new Error(`merged ${merged} of 1000 markets`);
    }
  };
  const floor = () => {
    for (let round = 0; round < rounds; round += 1) JSON.parse(body);
  };
  const { subjectMs, floorMs } = await sideBySide({
    runs: size(9),
    warmups: size(3),
    subject,
    floor,
  });
  return row(
    'page of 1,000 markets read and merged, ms',
    (subjectMs / rounds).toFixed(2),
    (floorMs / rounds).toFixed(2),
    (subjectMs / floorMs).toFixed(2),
    '<= 1.5',
  );
}
