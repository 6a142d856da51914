// A capture in the shape a real one has: lines {recv_ms, event}, one file a market, one sequence over all of them.
// Seeded: the same arguments give the same bytes.

/** mulberry32: small, fast, and the same everywhere. */
export function draws(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const dollars = (cents) => (cents / 100).toFixed(2).concat('00');
const count = (hundredths) => (hundredths / 100).toFixed(2);

/**
 * Message by message, in the order of the sequence; receive times jitter by market, and within a market only rise.
 * @param {{ seed?: number, markets?: number, messages?: number, startMs?: number }} options
 * @returns {Generator<{ market: number, line: string }>} lines without line ends
 */
export function* syntheticLines({
  seed = 1,
  markets = 3,
  messages = 3_000,
  startMs = 1_790_000_000_000,
} = {}) {
  const draw = draws(seed);
  const pick = (from, to) => from + Math.floor(draw() * (to - from + 1));
  const files = Array.from({ length: markets }, (_, index) => ({
    market: index,
    ticker: tickerOf(index),
    recvMs: 0,
    yes: new Map(),
    no: new Map(),
    isOpen: false,
  }));
  let now = startMs;
  let seq = 7_000_000;
  let tradeSeq = 500_000;
  const id = () =>
    'xxxxxxxx-xxxx-5xxx-axxx-xxxxxxxxxxxx'.replace(/x/g, () => pick(0, 15).toString(16));
  const said = (file, event) => {
    file.recvMs = Math.max(file.recvMs, now + pick(8, 40));
    const line = `{"recv_ms":${file.recvMs},"event":${JSON.stringify(event)}}`;
    return { market: file.market, line };
  };
  const levels = (side) =>
    [...side]
      .sort(([left], [right]) => left - right)
      .map(([at, size]) => [dollars(at), count(size)]);
  for (let message = 0; message < messages; message += 1) {
    now += draw() < 0.3 ? 0 : pick(0, 9);
    seq += draw() < 0.8 ? 1 : pick(2, 60);
    const file = files[pick(0, markets - 1)];
    const msg = { market_ticker: file.ticker, market_id: '03137cd9-ae15-4c2c-afd9-9c88e467ceb9' };
    if (!file.isOpen || draw() < 0.0005) {
      file.yes = new Map(Array.from({ length: 20 }, () => [pick(1, 48), pick(1, 90_000)]));
      file.no = new Map(Array.from({ length: 20 }, () => [pick(1, 48), pick(1, 90_000)]));
      const sides =
        file.isOpen && draw() < 0.2
          ? {}
          : { yes_dollars_fp: levels(file.yes), no_dollars_fp: levels(file.no) };
      if (sides.yes_dollars_fp === undefined) {
        file.yes.clear();
        file.no.clear();
      }
      file.isOpen = true;
      yield said(file, { type: 'orderbook_snapshot', sid: 1, seq, msg: { ...msg, ...sides } });
      continue;
    }
    const ts = { ts: `${new Date(now).toISOString().slice(0, -1)}425Z`, ts_ms: now };
    if (draw() < 0.035) {
      tradeSeq += 1;
      const yes = pick(1, 99);
      const taker = draw() < 0.5 ? 'yes' : 'no';
      yield said(file, {
        type: 'trade',
        sid: 2,
        seq: tradeSeq,
        msg: {
          trade_id: id(),
          market_ticker: file.ticker,
          yes_price_dollars: dollars(yes),
          no_price_dollars: dollars(100 - yes),
          count_fp: count(pick(1, 5_000)),
          taker_side: taker,
          taker_outcome_side: taker,
          taker_book_side: taker === 'yes' ? 'bid' : 'ask',
          ts: Math.floor(now / 1_000),
          ts_ms: now,
        },
      });
      continue;
    }
    const side = draw() < 0.5 ? 'yes' : 'no';
    const at = pick(1, 55);
    const before = file[side].get(at) ?? 0;
    const change =
      before > 0 && draw() < 0.5 ? -(draw() < 0.5 ? before : pick(1, before)) : pick(1, 60_000);
    if (before + change === 0) file[side].delete(at);
    else file[side].set(at, before + change);
    yield said(file, {
      type: 'orderbook_delta',
      sid: 1,
      seq,
      msg: { ...msg, price_dollars: dollars(at), delta_fp: count(change), side, ...ts },
    });
  }
}

const tickerOf = (market) => `KXTEST-26NOV22-${String(market).padStart(2, '0')}`;

/**
 * @param {{ seed?: number, markets?: number, messages?: number, startMs?: number }} options
 * @returns {{ ticker: string, lines: string[] }[]} one entry a market
 */
export function syntheticCapture(options = {}) {
  const files = Array.from({ length: options.markets ?? 3 }, (_, market) => ({
    ticker: tickerOf(market),
    lines: [],
  }));
  for (const { market, line } of syntheticLines(options)) files[market].lines.push(line);
  return files;
}
