import type {
  ChainCall,
  ChainLevel,
  ChainOutcome,
  ChainSum,
  ChainWord,
  DecisionChain,
} from '../messages/decision-chain.js';
import {
  age,
  beside,
  exactCents,
  labelled,
  moment,
  noEdge,
  thresholdLine,
} from '../sinks/console/labelled.js';
import {
  cents,
  contracts,
  dollars,
  foreign,
  type Paint,
  percent,
  signedDollars,
  smallDollars,
  table,
  words,
} from '../sinks/console/text.js';

const levelsShown = 5;
const answerChars = 600;

type Lines = readonly string[];

/** The whole chain of a decision for a person, from the market to its score. Texts of others come without escapes. */
export function whyText(chain: DecisionChain, paint: Paint): Lines {
  const section = (label: string, lines: Lines): Lines =>
    labelled(label, lines, (plain) => paint('dim', plain)).map((line) => line.trimEnd());
  return [
    paint('bold', foreign(chain.id)),
    ...section('outcome', [outcomeOf(chain.outcome, paint)]),
    ...section('decided', [
      `${moment(chain.at)}, ${chain.kind === 'window' ? `at the end of window ${chain.cycle}` : `after window ${chain.cycle}, between windows`}`,
    ]),
    ...section(
      'missing',
      chain.missing.flatMap(({ part, why }) => beside(`${part}: ${why}`)),
    ),
    ...section('market', marketOf(chain)),
    ...section('book', bookOf(chain)),
    ...section('evidence', evidenceOf(chain)),
    ...section('Claude', claudeOf(chain)),
    ...section('opinion', opinionOf(chain)),
    ...section('edge', edgeOf(chain)),
    ...section('size', sizeOf(chain)),
    ...section('verdict', verdictOf(chain)),
    ...section('order', orderOf(chain)),
    ...section('settled', settledOf(chain, paint)),
  ];
}

const priced = (price: number | null): string => (price === null ? 'none' : cents(price / 10_000));
/** To the micro-dollar: what is added up has to add up. */
const micros = (amount: number): string => `$${(amount / 1_000_000).toFixed(6)}`;
const said = (word: ChainWord | null): string =>
  word === null
    ? 'nothing'
    : `${cents(word.fair)}${word.sigma === null ? '' : ` ± ${cents(word.sigma)}`} (${foreign(word.model)})`;

const speakers: Readonly<Record<ChainOutcome['by'], string>> = {
  valuation: 'by the valuation',
  second_look: 'at the second look at the book',
  executor: 'by the executor',
  exchange: 'by the exchange',
};

function outcomeOf({ kind, by, code }: ChainOutcome, paint: Paint): string {
  const how = foreign(words(code));
  if (kind === 'open') return `${how}; what came of it is not known yet`;
  if (kind === 'refused') return `${paint('yellow', 'no order')}: ${how}, ${speakers[by]}`;
  return by === 'executor'
    ? `${paint('yellow', 'written down')}: ${how}, not sent`
    : `${paint('green', 'ordered')}: ${how}`;
}

function marketOf({ ticker, market }: DecisionChain): Lines {
  if (market === null) return [foreign(ticker)];
  const { title, yesMeans, event, series, siblings, isExclusive, vertical } = market;
  const others = `${event} with ${siblings} other${siblings === 1 ? '' : 's'}${isExclusive ? ', of which one can win' : ''}`;
  const fees =
    market.feeType === null
      ? 'fees unknown'
      : `fees ${words(market.feeType)} × ${(market.feePpm ?? 0) / 1e6}`;
  return [
    ...beside(
      [ticker, title.replaceAll('**', ''), yesMeans].filter((part) => part !== '').join(' · '),
    ),
    ...beside(
      `${market.status}, closes ${moment(market.closesAt)} · ${others} · ${series ?? 'series unknown'} (${vertical}) · ${fees}`,
    ),
    ...beside(`rules: ${market.rules === '' ? 'none given' : market.rules}`),
    `traded ${contracts(market.volume)}, in 24 h ${contracts(market.volume24h)}`,
  ];
}

function levels(asks: readonly ChainLevel[]): string {
  if (asks.length === 0) return 'none';
  const total = asks.reduce((sum, [, size]) => sum + size, 0);
  const shown = asks
    .slice(0, levelsShown)
    .map(([price, size]) => `${priced(price)} × ${contracts(size)}`);
  return `${shown.join(', ')}${asks.length > levelsShown ? ' …' : ''} (${contracts(total)} in all)`;
}

function bookOf({ book }: DecisionChain): Lines {
  if (book === null) return [];
  const seen = book.window;
  return [
    `bid ${priced(book.bid)}, ask ${priced(book.ask)} · ${book.trust}, ${age(book.ageMs)}${seen === null ? '' : ` · in the window ${seen.changes} changes, ${seen.trades} trades of ${contracts(seen.volume)}`}`,
    `YES asks ${levels(book.yesAsks)}`,
    `NO asks  ${levels(book.noAsks)}`,
  ];
}

function evidenceOf({ evidence }: DecisionChain): Lines {
  if (evidence === null) return [];
  if (evidence.kind === 'none') return [`none: ${words(evidence.noSignal ?? 'no_data')}`];
  return [
    `${evidence.kind}, ${age(evidence.ageMs)}`,
    ...evidence.facts.flatMap(({ name, source, text: fact, from }) =>
      beside(`${name}: ${fact} (${source}${from === null ? '' : `, of ${moment(from)}`})`),
    ),
  ];
}

function claudeOf({ claude }: DecisionChain): Lines {
  if (claude === null) return [];
  const { p, sigma, samples, refusal, ageMs, calls } = claude;
  const estimate =
    p === null
      ? words(refusal ?? 'not_asked')
      : `${cents(p)} ± ${cents(sigma ?? 0)} over ${samples} sample${samples === 1 ? '' : 's'}, ${age(ageMs)}`;
  return [estimate, ...calls.flatMap(callOf)];
}

function callOf(call: ChainCall): Lines {
  const { callId, model, at, tickers, costMicros, maxCostMicros, inputTokens, outputTokens } = call;
  const cost =
    costMicros === null
      ? `not billed yet${maxCostMicros === null ? '' : `, at most ${smallDollars(maxCostMicros)} an attempt`}`
      : `${smallDollars(costMicros)} for ${tickers.length} market${tickers.length === 1 ? '' : 's'}${call.estimatedMicros !== null && call.estimatedMicros > 0 ? ', booked at its most without a bill' : ''}`;
  const tokens =
    inputTokens === null ? '' : ` · ${inputTokens} tokens in, ${outputTokens ?? 0} out`;
  const answer = call.answer ?? call.failure;
  return [
    ...beside(`question ${callId} to ${model}, ${moment(at)} · ${cost}${tokens}`),
    ...(answer === null ? [] : beside(`answer: ${cutAnswer(answer)}`)),
    ...(call.request === null ? [] : [`request of ${call.request.length} characters: --json`]),
  ];
}

const cutAnswer = (answer: string): string =>
  answer.length <= answerChars ? answer : `${answer.slice(0, answerChars)} … (--json has it whole)`;

function opinionOf({ opinion }: DecisionChain): Lines {
  if (opinion === null) return [];
  const { quotes, word, wordAgeMs, noSignal, pool, fair, before } = opinion;
  const lines = [
    ...(quotes === null ? [] : [`quotes of the event say ${said(quotes)}`]),
    `model says ${said(word)}${word === null || wordAgeMs === null ? '' : `, on what is ${age(wordAgeMs)}`}${noSignal === null ? '' : ` · specialist none: ${words(noSignal)}`}`,
  ];
  if (pool !== null) {
    const isHeld = Math.abs(pool.moved) < Math.abs(pool.shift) - 1e-9;
    lines.push(
      `pooled: weight ${pool.weight.toFixed(3)} on ${cents(pool.calibrated)} (calibration α ${pool.alpha.toFixed(3)}, β ${pool.beta.toFixed(3)}), the rest on ${cents(pool.anchorFair)} ± ${cents(pool.anchorSigma)}`,
      `moves the log-odds by ${pool.moved.toFixed(4)}${isHeld ? ` instead of ${pool.shift.toFixed(4)}: held back` : ''}`,
    );
  }
  const isKept = before !== null && fair !== null && before.fair === fair.fair;
  if (before !== null && !isKept) lines.push(`until then ${said(before)} was in force`);
  return [...lines, `fair value ${said(fair)}${isKept ? ', still in force from before' : ''}`];
}

const perContract = (sum: ChainSum, amount: number): string =>
  exactCents(amount / 10_000 / sum.count);

function sumOf(sum: ChainSum): string {
  const each = (amount: number): string => perContract(sum, amount);
  return `${sum.side.toUpperCase()} × ${contracts(sum.count)}: price ${each(sum.priceMicros)} + fee ${each(sum.feeMicros)} + slippage ${each(sum.slippageMicros)} + margin ${each(sum.marginMicros)} = ${each(sum.costMicros)}; worth ${exactCents(sum.fair)}; edge ${exactCents(sum.edgePerContract)}`;
}

function edgeOf({ edge }: DecisionChain): Lines {
  if (edge === null) return [];
  const sums = [edge.yes, edge.no].flatMap((sum) => (sum === null ? [] : [sumOf(sum)]));
  const { threshold, confidence, edgePerDay } = edge;
  const least = threshold === null ? 'none' : cents(threshold);
  return [...(sums.length === 0 ? [noEdge] : sums), thresholdLine(least, confidence, edgePerDay)];
}

function sizeOf({ size }: DecisionChain): Lines {
  if (size === null) return [];
  const held =
    size.heldCount === 0
      ? 'none'
      : `${contracts(size.heldCount)} for ${dollars(size.heldCostMicros)}`;
  const { sizing } = size;
  const lines = [
    `bankroll ${dollars(size.bankrollMicros)} · held ${held} · full Kelly ${percent(size.kelly)} at the fair value`,
  ];
  if (sizing === null) return lines;
  const together =
    sizing.jointLegs === null ? '' : `, ${sizing.jointLegs} legs of the event together`;
  const rows = sizing.caps.map(({ code, leaves, before, after, isBinding }) => [
    words(code),
    `leaves ${percentExact(leaves)}`,
    `${percentExact(before)} → ${percentExact(after)}`,
    isBinding ? 'binds' : '',
  ]);
  return [
    ...lines,
    `sized at ${cents(sizing.won)}: full ${percent(sizing.full)} · at most ${sizing.kellyShare} of Kelly${together}: ${percentExact(sizing.wanted)}`,
    ...table(['<', '>', '>', '<'], rows),
    `share ${percentExact(sizing.share)}, bound by ${sizing.binding === 'book' ? 'what the book offers at an edge' : words(sizing.binding)}`,
  ];
}

const percentExact = (share: number): string => `${(share * 100).toFixed(2)}%`;

function verdictOf({ verdict }: DecisionChain): Lines {
  if (verdict === null) return [];
  const { taken, reason, side, fraction, bet, look, edge } = verdict;
  const lines = [
    taken
      ? `${(side ?? '').toUpperCase()} taken${reason === 'taken' ? '' : ` (${words(reason)})`}, ${percentExact(fraction)} of the bankroll at worst`
      : `no trade: ${words(reason)}${edge === null ? '' : ` (edge ${exactCents(edge)})`}`,
  ];
  if (bet !== null)
    lines.push(
      `bet ${contracts(bet.count)} at ${priced(bet.limit)} or better, ${dollars(bet.worstCostMicros)} at worst`,
      ...(bet.sum === null ? [] : [sumOf(bet.sum), inAll(bet.sum)]),
    );
  if (look !== null)
    lines.push(
      `second look ${moment(look.at)}: ${look.trust === null ? 'no book' : `book ${look.trust}, ${age(look.ageMs)}`}${look.refusal === null ? '' : `; refused: ${words(look.refusal)}`}`,
      ...(look.count === null || look.limit === null
        ? []
        : [`intent ${contracts(look.count)} at ${priced(look.limit)} or better`]),
      ...(look.sum === null ? [] : [sumOf(look.sum)]),
    );
  return lines;
}

const inAll = (sum: ChainSum): string =>
  `in all ${micros(sum.priceMicros)} + ${micros(sum.feeMicros)} + ${micros(sum.slippageMicros)} + ${micros(sum.marginMicros)} = ${micros(sum.costMicros)}; worth ${micros(sum.worthMicros)}; edge ${micros(sum.edgeMicros)}`;

function orderOf({ order }: DecisionChain): Lines {
  if (order === null) return [];
  const { side, count, limit, fills } = order;
  return [
    `${order.clientOrderId}${order.orderId === null ? '' : `, the exchange's ${foreign(order.orderId)}`}`,
    `buy ${side.toUpperCase()} × ${contracts(count)} at ${priced(limit)} or better, ${dollars(order.worstCostMicros)} at worst · edge ${exactCents(order.edge)} · ${foreign(order.status)}${order.why === null ? '' : `: ${foreign(words(order.why))}`}`,
    ...order.events.flatMap(({ at, text: what }) => beside(`${moment(at)}  ${what}`)),
    ...fills.map(
      (fill) =>
        `fill ${contracts(fill.count)} × ${priced(fill.price)} = ${micros(fill.costMicros)}, fee ${micros(fill.feeMicros)} (${foreign(fill.tradeId)})`,
    ),
    ...(fills.length > 1
      ? [
          `filled ${contracts(order.filled)} for ${micros(order.fillMicros)}, fees ${micros(order.feeMicros)}`,
        ]
      : []),
  ];
}

function settledOf({ settlement, score }: DecisionChain, paint: Paint): Lines {
  if (settlement === null) return ['not yet'];
  const { at, yesValue, profitMicros, realizedMicros } = settlement;
  const lines = [`${moment(at)}: YES pays ${priced(yesValue)}`];
  if (profitMicros !== null)
    lines.push(
      `this order brought ${paint(profitMicros < 0 ? 'red' : 'green', signedDollars(profitMicros))}, fees included${realizedMicros === null ? '' : `; the whole position ${signedDollars(realizedMicros)} before fees`}`,
    );
  if (score !== null)
    lines.push(
      `squared error ${score.ours.toFixed(4)}, the market's at that moment ${score.market.toFixed(4)} (${score.ours < score.market ? 'better' : score.ours > score.market ? 'worse' : 'the same'})`,
    );
  return lines;
}
