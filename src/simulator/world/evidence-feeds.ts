import { DAY, HOUR, isoUtc, MINUTE, SECOND } from './calendar.js';
import type { Crypto } from './crypto.js';
import { between, pick, stream, uniform } from './draws.js';
import type { Game, InjuryReport } from './games.js';
import { json } from './replies.js';
import type { Sports } from './sports.js';
import { roundTo, type Spot } from './spot.js';
import type { EvidenceReply } from './types.js';

/** Feeds beside the weather: injuries, sentiment, the chain, spot prices. */

/** A player is listed as questionable this long before the start, until a report decides. */
const LISTED_MS = 30 * HOUR;

type Row = { readonly report: InjuryReport; readonly status: string; readonly reportedMs: number };

function rows(game: Game, atMs: number): Row[] {
  return game.reports.flatMap((report): Row[] => {
    const listedMs = game.startMs - LISTED_MS;
    if (report.atMs <= atMs) return [{ report, status: report.status, reportedMs: report.atMs }];
    return listedMs <= atMs ? [{ report, status: 'Questionable', reportedMs: listedMs }] : [];
  });
}

const note = ({ report, status }: Row): string =>
  status === 'Active'
    ? `${report.player} (${report.bodyPart.toLowerCase()}) does not carry an injury designation.`
    : `${report.player} (${report.bodyPart.toLowerCase()}) is listed as ${status.toLowerCase()}.`;

/** `/` is the generic list; `/apis/site/v2/sports/<sport>/<league>/injuries` is ESPN's form of it. */
export function injuries(sports: Sports, path: string, atMs: number): EvidenceReply | null {
  const all = sports.openGames(atMs).flatMap((game) => rows(game, atMs));
  const espn = /^\/apis\/site\/v2\/sports\/[a-z]+\/([a-z]+)\/injuries$/.exec(path);
  if (espn !== null) {
    const league = espn[1]?.toUpperCase();
    return espnForm(
      all.filter((row) => row.report.league.code === league),
      atMs,
    );
  }
  if (path !== '/' && path !== '/injuries') return null;
  return json({
    data: all.map((row) => ({
      league: row.report.league.code,
      team: row.report.team,
      teamCode: row.report.teamCode,
      playerId: row.report.playerId,
      playerName: row.report.player,
      position: row.report.position,
      status: row.status,
      bodyPart: row.report.bodyPart,
      returnDate: null,
      reportedAt: new Date(row.reportedMs).toISOString(),
      note: note(row),
    })),
    meta: { next_cursor: null, per_page: all.length },
  });
}

function espnForm(all: readonly Row[], atMs: number): EvidenceReply {
  const teams = new Map<string, Row[]>();
  for (const row of all) {
    const { team } = row.report;
    teams.set(team, [...(teams.get(team) ?? []), row]);
  }
  return json({
    timestamp: `${new Date(atMs).toISOString().slice(0, 19)}Z`,
    injuries: [...teams].map(([team, list], i) => ({
      id: String(i + 1),
      displayName: team,
      injuries: list.map((row) => ({
        id: `6${row.report.playerId.slice(1)}`,
        date: `${new Date(row.reportedMs).toISOString().slice(0, 16)}Z`,
        status: row.status,
        type: {
          name: `INJURY_STATUS_${row.status.toUpperCase()}`,
          description: row.status.toLowerCase(),
          abbreviation: row.status.slice(0, 1),
        },
        shortComment: note(row),
        details: row.status === 'Active' ? null : { type: row.report.bodyPart },
        athlete: {
          id: row.report.playerId,
          displayName: row.report.player,
          position: { abbreviation: row.report.position },
          team: { abbreviation: row.report.teamCode },
        },
      })),
    })),
  });
}

/** Alternative.me's index: one number a day, as strings, newest first. */
export function sentiment(seed: number, query: URLSearchParams, atMs: number): EvidenceReply {
  const of = stream(seed, 'sentiment');
  const asked = Number(query.get('limit') ?? 1);
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, 30) : 1;
  const today = Math.floor(atMs / DAY);
  const indexOn = (day: number): number => {
    let sum = 0;
    for (let i = 0; i < 8; i += 1) sum += uniform(of, day - i);
    return Math.round(8 + (sum / 8) * 84);
  };
  return json({
    name: 'Fear and Greed Index',
    data: Array.from({ length: limit }, (_, i) => {
      const value = indexOn(today - i);
      return {
        value: String(value),
        value_classification: classify(value),
        timestamp: String((today - i) * 86_400),
        ...(i === 0
          ? { time_until_update: String(Math.ceil(((today + 1) * DAY - atMs) / SECOND)) }
          : {}),
      };
    }),
    metadata: { error: null },
  });
}

function classify(value: number): string {
  if (value < 25) return 'Extreme Fear';
  if (value < 46) return 'Fear';
  if (value < 56) return 'Neutral';
  return value < 76 ? 'Greed' : 'Extreme Greed';
}

/** blockchain.info's statistics and mempool.space's fees. */
export function onchain(
  seed: number,
  crypto: Crypto,
  path: string,
  atMs: number,
): EvidenceReply | null {
  const of = stream(seed, 'onchain');
  const ten = Math.floor(atMs / (10 * MINUTE));
  const price = roundTo(crypto.spot('BTC')?.at(ten * 10 * MINUTE) ?? 0, 2);
  const fast = Math.round(between(of, ten, 2, 14));
  const transactions = Math.round(between(of, Math.floor(atMs / DAY), 380_000, 520_000));
  const blocks = 132 + pick(of, Math.floor(atMs / HOUR), 24);
  switch (path) {
    case '/':
    case '/stats':
      return json({
        timestamp: ten * 10 * MINUTE,
        market_price_usd: price,
        hash_rate: between(of, Math.floor(atMs / HOUR) + 4e9, 9.2e11, 1.05e12),
        difficulty: 146_472_570_619_930,
        n_tx: transactions,
        n_blocks_mined: blocks,
        minutes_between_blocks: roundTo(1_440 / blocks, 4),
        n_blocks_total: 900_000 + Math.floor((atMs - Date.UTC(2025, 5, 6)) / (10 * MINUTE)),
        totalbc: 1_995_000_000_000_000,
        n_btc_mined: blocks * 312_500_000,
        total_fees_btc: Math.round(between(of, ten + 1e9, 2.1e8, 9e8)),
        estimated_transaction_volume_usd: roundTo(transactions * price * 0.31, 2),
        miners_revenue_usd: roundTo(blocks * 3.125 * price, 2),
        trade_volume_usd: roundTo(between(of, ten + 2e9, 2e8, 9e8), 2),
      });
    case '/api/v1/fees/recommended':
      return json({
        fastestFee: fast,
        halfHourFee: Math.max(1, fast - 1),
        hourFee: Math.max(1, fast - 2),
        economyFee: 1,
        minimumFee: 1,
      });
    case '/api/mempool': {
      const count = Math.round(between(of, ten + 3e9, 20_000, 90_000));
      return json({ count, vsize: count * 410, total_fee: count * 820, fee_histogram: [] });
    }
    case '/api/v1/prices':
      return json({ time: Math.floor((ten * 10 * MINUTE) / SECOND), USD: Math.round(price) });
    default:
      return null;
  }
}

/** Coinbase's ticker and candles and Kraken's ticker. The exchange trades half a basis point below the index. */
export function spot(
  seed: number,
  crypto: Crypto,
  path: string,
  query: URLSearchParams,
  atMs: number,
): EvidenceReply | null {
  const coinbase = /^\/products\/([A-Z]+)-USD\/(ticker|candles)$/.exec(path);
  if (coinbase !== null) {
    const truth = crypto.spot(coinbase[1] ?? '');
    if (truth === null) return { ...json({ message: 'NotFound' }), status: 404 };
    return coinbase[2] === 'ticker' ? ticker(seed, truth, atMs) : candles(truth, query, atMs);
  }
  if (path !== '/0/public/Ticker') return null;
  const pair = query.get('pair') ?? '';
  const symbol = pair.replace(/^XX?BT/, 'BTC').replace(/Z?USD$/, '');
  const truth = crypto.spot(symbol);
  if (truth === null) return json({ error: ['EQuery:Unknown asset pair'] });
  const price = truth.at(atMs) * (1 - BASIS);
  const key = symbol === 'BTC' ? 'XXBTZUSD' : symbol === 'SOL' ? 'SOLUSD' : `X${symbol}ZUSD`;
  const text = (value: number): string => value.toFixed(decimals(price));
  const high = text(price * 1.012);
  const low = text(price * 0.988);
  return json({
    error: [],
    result: {
      [key]: {
        a: [text(price * 1.00002), '1', '1.000'],
        b: [text(price * 0.99998), '1', '1.000'],
        c: [text(price), '0.00100000'],
        v: ['1021.4', '2210.9'],
        p: [text(price), text(price)],
        t: [20_114, 41_876],
        l: [low, low],
        h: [high, high],
        o: text(truth.at(Math.floor(atMs / DAY) * DAY) * (1 - BASIS)),
      },
    },
  });
}

const BASIS = 0.5e-4;
const decimals = (price: number): number => (price > 10 ? 2 : 5);

function ticker(seed: number, truth: Spot, atMs: number): EvidenceReply {
  const second = Math.floor(atMs / SECOND);
  const price = truth.at(atMs) * (1 - BASIS);
  const text = (value: number): string => value.toFixed(decimals(price));
  return json({
    ask: text(price * 1.00001),
    bid: text(price * 0.99999),
    volume: '8123.41370211',
    trade_id: 800_000_000 + (second % 100_000_000),
    price: text(price),
    size: between(stream(seed, 'ticker'), second, 0.0001, 0.4).toFixed(8),
    time: isoUtc(second * SECOND).replace('+00:00', 'Z'),
  });
}

/** Rows `[time, low, high, open, close, volume]`, newest first, at most 300. */
function candles(truth: Spot, query: URLSearchParams, atMs: number): EvidenceReply {
  const granularity = Number(query.get('granularity') ?? 60);
  if (![60, 300, 900, 3_600].includes(granularity)) {
    return { ...json({ message: 'Unsupported granularity' }), status: 400 };
  }
  const step = granularity * SECOND;
  const first = Math.floor(atMs / step) * step;
  const count = Math.min(300, Math.floor((6 * HOUR) / step));
  return json(
    Array.from({ length: count }, (_, i) => {
      const startMs = first - i * step;
      const endMs = Math.min(startMs + step - SECOND, atMs);
      let low = Number.POSITIVE_INFINITY;
      let high = 0;
      for (let ms = startMs; ms <= endMs; ms += Math.max(SECOND, step / 60)) {
        const price = truth.at(ms) * (1 - BASIS);
        low = Math.min(low, price);
        high = Math.max(high, price);
      }
      const [open, close] = [truth.at(startMs), truth.at(endMs)].map((p) => p * (1 - BASIS));
      const last = close ?? 0;
      return [
        startMs / SECOND,
        Math.min(low, last),
        Math.max(high, last),
        open ?? 0,
        last,
        12.5,
      ].map((value, n) => (n === 0 ? value : roundTo(value, decimals(last))));
    }),
  );
}
