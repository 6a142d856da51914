// A day as the page would be told it, made up: windows of 250 decisions, books that move between them, orders, a log. Every
// draw follows from the seed, so that two runs see the same day.

const start = Date.UTC(2026, 10, 23, 14);
const windowMs = 600_000;
const tables = ['decisions', 'positions', 'orders', 'markets', 'events', 'log'];
const reasons = [
  'edge_too_small',
  'spread_wide',
  'unsure',
  'cap_event',
  'edge_implausible',
  'thin_book',
];
const verticals = ['weather', 'crypto', 'sports', 'politics'];
const dollar = 1_000_000;

/** mulberry32: small, and the same everywhere. */
export function draws(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const titleOf = (index) =>
  [
    `Will the high temperature in Chicago be above ${40 + (index % 40)}° on Nov 24, 2026?`,
    `Bitcoin price at ${index % 24}:00 EST above $${90_000 + index * 25}?`,
    `Celtics at Knicks: total points over ${200 + (index % 40)}`,
    `Will the bill pass the Senate before day ${index}?`,
  ][index % 4];

/** The first word, then one patch for each part of each window: `windows × patchesPerWindow` in all. */
export function* toldDay({
  windows = 144,
  markets = 250,
  patchesPerWindow = 10,
  seed = 7,
  titles = [],
} = {}) {
  const draw = draws(seed);
  const world = Array.from({ length: markets }, (_, index) => ({
    ticker: `KX${verticals[index % 4].toUpperCase()}-26NOV24-T${index}`,
    event: `KX${verticals[index % 4].toUpperCase()}-26NOV24-${Math.floor(index / 16)}`,
    title: titles[index] ?? titleOf(index),
    vertical: verticals[index % 4],
    mid2: 2_000 + Math.floor(draw() * 16_000),
    fair: 0,
    spark: [],
    sparkFair: [],
    closesAt: start + Math.floor(draw() * windows) * windowMs,
  }));
  const day = {
    at: start,
    cycle: 0,
    equity: [],
    marks: [],
    realized: 0,
    log: 0,
    orders: [],
    submitted: 0,
  };
  yield { event: 'snapshot', data: { sections: sectionsAt(day, draw), rows: emptyRows() } };
  for (let cycle = 1; cycle <= windows; cycle += 1) {
    day.cycle = cycle;
    for (let part = 0; part < patchesPerWindow; part += 1) {
      day.at = start + (cycle - 1) * windowMs + Math.floor((part / patchesPerWindow) * windowMs);
      const rows = part === 0 ? windowRows(day, world, draw) : quotesRows(day, world, draw);
      yield { event: 'patch', data: { sections: sectionsAt(day, draw), rows: changedOf(rows) } };
    }
  }
}

const emptyRows = () => Object.fromEntries(tables.map((name) => [name, {}]));

/** A patch names the tables that changed. */
const changedOf = (rows) =>
  Object.fromEntries(Object.entries(rows).filter(([, table]) => Object.keys(table).length > 0));

function windowRows(day, world, draw) {
  const rows = emptyRows();
  for (const market of world) {
    move(market, draw);
    const isTaken = draw() < 0.02;
    const edge = (draw() - 0.7) * 0.1;
    const id = `1.${day.cycle}.${market.ticker}`;
    const reason = isTaken ? 'filled' : reasons[Math.floor(draw() * reasons.length)];
    rows.decisions[id] = {
      id,
      at: day.at,
      cycle: day.cycle,
      ticker: market.ticker,
      title: market.title,
      vertical: market.vertical,
      side: isTaken ? 'yes' : null,
      model: market.vertical,
      fair: market.fair,
      mid: market.mid2 / 20_000,
      edge: reason === 'edge_implausible' ? 0.61 : edge,
      kelly: Math.max(0, edge),
      fraction: 0,
      size: isTaken ? Math.floor(draw() * 50 * dollar) : null,
      clientOrderId: isTaken ? `C${day.cycle}${market.ticker}` : null,
      verdict: isTaken ? 'taken' : 'refused',
      reason,
    };
    rows.markets[market.ticker] = marketRow(day, market);
    if (isTaken) ordered(day, market, id, rows, draw);
  }
  for (const old of day.cycle > 4 ? world : [])
    rows.decisions[`1.${day.cycle - 4}.${old.ticker}`] = null;
  day.equity.push([
    day.at,
    (1_000 + day.cycle * 0.3 + draw() * 20) * dollar,
    day.realized,
    -draw() * 15 * dollar,
  ]);
  for (const event of new Set(world.map((market) => market.event)))
    rows.events[event] = {
      event,
      title: `Outcomes of ${event}`,
      isExclusive: true,
      outcomes: 16,
      quoted: 15,
      midSum: 0.96 + draw() * 0.1,
      fairSum: 0.97 + draw() * 0.06,
      held: 0,
    };
  logged(day, rows, 'info', 'window', `window ${day.cycle}: ${world.length} valued`);
  if (day.cycle % 20 === 0)
    day.marks.push({ at: day.at, kind: 'gap', text: 'feed gap: 250 books unknown' });
  return rows;
}

function quotesRows(day, world, draw) {
  const rows = emptyRows();
  for (const market of world) {
    if (draw() > 0.3) continue;
    market.mid2 = Math.min(19_000, Math.max(1_000, market.mid2 + Math.floor((draw() - 0.5) * 200)));
    rows.markets[market.ticker] = marketRow(day, market);
  }
  return rows;
}

function move(market, draw) {
  market.mid2 = Math.min(19_000, Math.max(1_000, market.mid2 + Math.floor((draw() - 0.5) * 800)));
  market.fair = Math.min(0.99, Math.max(0.01, market.mid2 / 20_000 + (draw() - 0.5) * 0.06));
  market.spark = [...market.spark, market.mid2].slice(-48);
  market.sparkFair = [...market.sparkFair, market.fair].slice(-48);
}

const marketRow = (day, market) => ({
  ticker: market.ticker,
  title: market.title,
  event: market.event,
  vertical: market.vertical,
  bid: Math.floor((market.mid2 - 200) / 2),
  ask: Math.floor((market.mid2 + 200) / 2),
  bidDepth: 12_000,
  askDepth: 9_000,
  trust: 'fresh',
  volume24h: 250_000,
  closesAt: market.closesAt,
  spark: market.spark,
  sparkFair: market.sparkFair,
  fair: market.fair,
  model: market.vertical,
  valuedAt: day.at,
});

function ordered(day, market, decisionId, rows, draw) {
  const clientOrderId = `C${day.cycle}${market.ticker}`;
  day.submitted += 1;
  day.orders.push(clientOrderId);
  const status = draw() < 0.02 ? 'unknown' : 'filled';
  rows.orders[clientOrderId] = {
    clientOrderId,
    orderId: `ord-${day.submitted}`,
    decisionId,
    at: day.at,
    ticker: market.ticker,
    side: 'yes',
    limit: Math.floor(market.mid2 / 2),
    count: 4_000,
    filled: status === 'filled' ? 4_000 : 0,
    fees: 70_000,
    status,
    why: '',
    isOpen: status === 'unknown',
  };
  rows.positions[market.ticker] = {
    ticker: market.ticker,
    title: market.title,
    event: market.event,
    quantity: 4_000,
    cost: market.mid2 * 2_000,
    midValue: market.mid2 * 2_000 + 100_000,
    exitValue: market.mid2 * 2_000 - 90_000,
    closesAt: market.closesAt,
    link: null,
  };
  const old = day.orders.length > 200 ? day.orders.shift() : null;
  if (old !== null) rows.orders[old] = null;
  logged(day, rows, 'warn', 'order_filled', `bought 40 YES of ${market.title}`, decisionId);
}

function logged(day, rows, level, code, text, decisionId = null) {
  day.log += 1;
  rows.log[day.log] = { n: day.log, at: day.at, level, code, text, ticker: null, decisionId };
  if (day.log > 500) rows.log[day.log - 500] = null;
}

function sectionsAt(day, draw) {
  return {
    header: {
      source: 'live',
      mode: 'live',
      venue: 'paper_sim',
      environment: 'loopback',
      account: 'main',
      run: 1,
      version: '0.1.0',
      state: 'running',
      holds: [],
      at: day.at,
      speed: 60,
      feedAgeMs: Math.floor(draw() * 400),
      scanAgeMs: 4_000,
      accountAgeMs: 9_000,
      feedStaleMs: 15_000,
      scanStaleMs: 80_000,
      accountStaleMs: 7_510_000,
      feedState: 'up',
      gaps: day.marks.length,
      settingsRevision: 'f1e2d3c4b5a6',
      settingsChanges: 0,
      cycle: day.cycle,
      windowEndsAt: start + Math.max(1, day.cycle) * windowMs,
    },
    tiles: {
      equity: day.equity.at(-1)?.[1] ?? 1_000 * dollar,
      dayPnl: 12.3 * dollar,
      dayRealized: 5.1 * dollar,
      dayUnrealized: 7.2 * dollar,
      realizedPnl: 5.1 * dollar,
      cash: 800 * dollar,
      exposure: 190 * dollar,
      fees: 8.651 * dollar,
      openPositions: 22,
      openOrders: 1,
      unknownOrders: 0,
      orders: {
        submitted: day.submitted,
        filled: day.submitted,
        partial: 0,
        canceled: 0,
        rejected: 0,
        unknown: 0,
      },
      inferenceToday: 0.41 * dollar,
      inferenceCap: 5 * dollar,
      markets: 950,
      valued: 250,
      brier: 0.0812,
      marketBrier: 0.0934,
      scored: day.cycle * 3,
    },
    equity: [...day.equity],
    marks: [...day.marks],
    limits: [
      {
        code: 'cap_open',
        label: 'Open exposure',
        unit: 'micros',
        used: 190 * dollar,
        most: 500 * dollar,
      },
      { code: 'daily_loss', label: 'Loss of the day', unit: 'micros', used: 0, most: 100 * dollar },
      { code: 'rate', label: 'Orders a minute', unit: 'count', used: 9, most: 10 },
      {
        code: 'spend',
        label: 'Inference today',
        unit: 'micros',
        used: 0.41 * dollar,
        most: 5 * dollar,
      },
    ],
    funnel: reasons.map((reason, index) => ({ stage: 'valuation', reason, count: 40 - index * 6 })),
    calibration: Array.from({ length: 10 }, (_, index) => bucket(index, day.cycle)),
    treasury: {
      calls: 12,
      cost: 0.9 * dollar,
      costToday: 0.41 * dollar,
      cap: 5 * dollar,
      reserve: 0,
      grantLeft: 9.1 * dollar,
      held: 0,
      estimated: 0,
    },
    replay: null,
  };
}

function bucket(index, cycle) {
  const events = cycle * (index % 3);
  const isEnough = events >= 20;
  const middle = (index + 0.5) / 10;
  return {
    from: index / 10,
    to: (index + 1) / 10,
    forecasts: events * 4,
    events,
    meanForecast: isEnough ? middle : null,
    frequency: isEnough ? middle + 0.03 : null,
    low: isEnough ? Math.max(0, middle - 0.09) : null,
    high: isEnough ? Math.min(1, middle + 0.14) : null,
  };
}
