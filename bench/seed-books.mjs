// What one finished demo says of itself, from its ledger alone, and what the simulator's own truth says of its fills.

import { makeWorld } from '../dist/simulator/world/world.js';
import { exportRecords } from '../dist/sinks/ledger/inspect.js';

const contract = 100;
const millionth = 1e6;

async function recordsOf(home) {
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

/**
 * One row for each fill: what was paid, what the engine thought, what it was worth by the simulator's truth at that
 * moment (null: it had closed), and what it paid (null: not settled yet). Dollars; `won` and `expected` are net of the fee.
 * @param {{ home: string, seed: number, agentLag: number, originMs: number }} run
 */
export async function fillsOf({ home, seed, agentLag, originMs }) {
  const intents = new Map();
  const settled = new Map();
  const verdicts = new Map();
  const fills = [];
  for (const { body } of await recordsOf(home)) {
    if (body.kind === 'cycle')
      for (const [ticker, , model, fair, sigma, mid2] of body.verdicts)
        verdicts.set(ticker, { model, fair: fair / 1e9, sigma: sigma / 1e9, mid: mid2 / 20_000 });
    else if (body.kind === 'intent')
      intents.set(body.terms.clientOrderId, {
        ...body.terms,
        decidedAt: body.decidedAt,
        verdict: verdicts.get(body.terms.ticker),
      });
    else if (body.kind === 'settled') settled.set(body.ticker, body.yesValue / 10_000);
    else if (body.kind === 'fill') fills.push(body);
  }
  const world = makeWorld({ seed, originMs, markets: 1_000, agentLag });
  const questions = fills.map(({ ticker, executedAt }) => ({ ticker, atMs: executedAt }));
  const truthOf = truths(questions, world);
  return fills.map((fill, index) => {
    const intent = intents.get(fill.clientOrderId);
    const contracts = Math.abs(fill.count) / contract;
    const isYes = fill.count > 0;
    const price = (isYes ? fill.yesPrice : 10_000 - fill.yesPrice) / 10_000;
    const fee = fill.fee / millionth;
    const sided = (yes) => (isYes ? yes : 1 - yes);
    const net = (yes) => (yes === null ? null : contracts * (sided(yes) - price) - fee);
    const outcome = settled.get(fill.ticker) ?? null;
    const truth = truthOf.get(questions[index]);
    return {
      seed,
      ticker: fill.ticker,
      vertical: verticalOf(fill.ticker),
      model: intent?.verdict?.model ?? null,
      reason: intent?.reason ?? null,
      at: fill.executedAt,
      side: isYes ? 'yes' : 'no',
      contracts,
      price,
      fee,
      mid: intent?.verdict?.mid ?? null,
      fair: intent === undefined ? null : intent.fair / 1e9,
      sigma: intent?.verdict?.sigma ?? null,
      predicted: intent === undefined ? null : (contracts * intent.edge) / 1e9,
      truth,
      expected: net(truth),
      outcome,
      won: net(outcome),
    };
  });
}
