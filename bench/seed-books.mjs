// What one finished demo says of itself, from its ledger alone, and what the simulator's own truth says of its fills and
// of its forecasts.

import { makeWorld } from '../dist/simulator/world/world.js';
import { exportRecords } from '../dist/sinks/ledger/inspect.js';

const contract = 100;
const millionth = 1e6;

/** Every record of the ledger in `home`, oldest first. */
export async function recordsOf(home) {
  const records = [];
  const problem = await exportRecords(home, (line) => {
    records.push(JSON.parse(line));
    return null;
  });
  if (problem !== null) throw new Error(problem.text);
  return records;
}

const verticalOf = (ticker) =>
  /^KX(HIGH|LOW|TEMP)/.test(ticker)
    ? 'weather'
    : /^KX(BTC|ETH|SOL|XRP|DOGE)/.test(ticker)
      ? 'crypto'
      : 'other';

/** The probability of YES that everything revealed by then amounts to, for each question of `ticker` and `atMs`. */
function truths(questions, world) {
  const answers = new Map();
  const { wake } = world.start();
  // Quotes and trades change no truth: only openings and endings are lived through.
  const lifecycle = ({ kind }) => kind !== 'look' && kind !== 'take';
  const due = wake.filter(lifecycle);
  for (const question of [...questions].sort((a, b) => a.atMs - b.atMs)) {
    for (;;) {
      due.sort((a, b) => a.atMs - b.atMs);
      const next = due[0];
      if (next === undefined || next.atMs > question.atMs) break;
      due.shift();
      due.push(...world.handle(next).wake.filter(lifecycle));
    }
    answers.set(question, world.truth(question.ticker, question.atMs));
  }
  return answers;
}

const ofLedger = (share) => share / 1e9;

/**
 * One row for each fill: what was paid, what the engine thought, what it was worth by the simulator's truth at that
 * moment (null: it had closed), and what it paid (null: not settled yet). Dollars; `won` and `expected` are net of the fee.
 * And for weather and coins the mean squared distance from that truth of the engine's fair values and of the market's
 * mids at the windows: the expected Brier score less what nobody can know.
 * @param {{ records: readonly object[], seed: number, agentLag: number, originMs: number }} run
 */
export function booksOf({ records, seed, agentLag, originMs }) {
  const intents = new Map();
  const settled = new Map();
  const opinions = new Map();
  const fills = [];
  const forecasts = [];
  for (const { at, body } of records) {
    if (body.kind === 'cycle')
      for (const [ticker, , model, fair, sigma, mid2] of body.verdicts) {
        if (fair === null || mid2 === null) continue;
        const opinion = { model, fair: ofLedger(fair), sigma: ofLedger(sigma), mid: mid2 / 20_000 };
        opinions.set(ticker, opinion);
        forecasts.push({ ticker, atMs: at, ...opinion });
      }
    else if (body.kind === 'intent')
      intents.set(body.terms.clientOrderId, {
        ...body.terms,
        opinion: opinions.get(body.terms.ticker) ?? null,
      });
    else if (body.kind === 'settled') settled.set(body.ticker, body.yesValue / 10_000);
    else if (body.kind === 'fill') fills.push(body);
  }
  const world = makeWorld({ seed, originMs, markets: 1_000, agentLag });
  const bought = fills.map(({ ticker, executedAt }) => ({ ticker, atMs: executedAt }));
  const truthOf = truths([...bought, ...forecasts], world);
  return {
    fills: fills.map((fill, index) => {
      const intent = intents.get(fill.clientOrderId);
      const truth = truthOf.get(bought[index]);
      return fillRow(seed, fill, intent, truth, settled.get(fill.ticker) ?? null);
    }),
    forecasts: {
      weather: distances(forecasts, truthOf, 'weather'),
      crypto: distances(forecasts, truthOf, 'crypto'),
    },
  };
}

function fillRow(seed, fill, intent, truth, outcome) {
  const contracts = Math.abs(fill.count) / contract;
  const isYes = fill.count > 0;
  const price = (isYes ? fill.yesPrice : 10_000 - fill.yesPrice) / 10_000;
  const fee = fill.fee / millionth;
  const sided = (yes) => (isYes ? yes : 1 - yes);
  const net = (yes) => (yes === null ? null : contracts * (sided(yes) - price) - fee);
  return {
    seed,
    ticker: fill.ticker,
    vertical: verticalOf(fill.ticker),
    reason: intent.reason,
    at: fill.executedAt,
    side: isYes ? 'yes' : 'no',
    contracts,
    price,
    fee,
    fair: ofLedger(intent.fair),
    predicted: contracts * ofLedger(intent.edge),
    atWindow: intent.opinion,
    truth,
    expected: net(truth),
    outcome,
    won: net(outcome),
  };
}

function distances(forecasts, truthOf, vertical) {
  let [n, engine, market] = [0, 0, 0];
  for (const forecast of forecasts) {
    const truth = truthOf.get(forecast);
    if (truth === null || verticalOf(forecast.ticker) !== vertical) continue;
    n += 1;
    engine += (forecast.fair - truth) ** 2;
    market += (forecast.mid - truth) ** 2;
  }
  return n === 0 ? null : { n, engine: engine / n, market: market / n };
}
