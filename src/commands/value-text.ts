import { plainTitle } from '../domain/market-names.js';
import { contract, dollar, type EpochMs } from '../domain/units.js';
import type { FairValue, ValuationJob } from '../messages/valuation.js';
import type { AskLevel, SelectedMarket } from '../messages/window.js';
import {
  age,
  beside,
  besideWidth,
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
  percent,
  priceCents,
  words,
  wrapped,
} from '../sinks/console/text.js';
import type { CostSplit, Explanation } from '../valuation/explain.js';
import { factsOf } from './evidence-text.js';
import type { MarketReading } from './market-reading.js';

/** What a person is told about one market. */
export type Valuation = {
  readonly input: string;
  readonly job: ValuationJob;
  readonly reading: MarketReading;
  readonly explanation: Explanation;
  /** Whose money it is sized by. */
  readonly money: 'ledger' | 'setting';
};

const levelsShown = 4;

/** "2 d 3 h", "14 min", "40 s"; "0 s" for what is past. */
function span(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1_000));
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first < 0 ? 3 : first, first < 0 ? 4 : first + 2)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

const said = (value: FairValue | null): string =>
  value === null ? 'nothing' : `${cents(value.fair)} ± ${cents(value.sigma)} (${value.model})`;

function levels(asks: readonly AskLevel[]): string {
  if (asks.length === 0) return 'none';
  const total = asks.reduce((sum, [, size]) => sum + size, 0);
  const shown = asks
    .slice(0, levelsShown)
    .map(([price, size]) => `${priceCents(price)} × ${contracts(size)}`);
  const more = asks.length > levelsShown ? ' …' : '';
  return `${shown.join(', ')}${more} (${contracts(total)} in all)`;
}

/** Fair value, market, edge and verdict of one market, in a line. */
export function valueLine({ explanation: { verdict } }: Valuation): string {
  const { ticker, fair, sigma, model, mid2, edge, side, edgePerDay, cost } = verdict;
  const parts = [
    fair === null || sigma === null
      ? 'no fair value'
      : `fair ${cents(fair)} ± ${cents(sigma)} (${model})`,
    mid2 === null ? 'no market price' : `market ${cents(mid2 / 20_000)}`,
    edge === null || side === null || cost === null
      ? 'no edge'
      : `edge ${cents(edge)} buying ${side.toUpperCase()} at ${cents(cost)} all in`,
    ...(edgePerDay === null || edgePerDay <= 0 ? [] : [`${percent(edgePerDay)} a day`]),
    words(verdict.reason),
  ];
  return `${foreign(ticker)}: ${parts.join(' · ')}`;
}

/** The whole chain for a person, from the market's rules to the verdict. */
export function valueText(valuation: Valuation): readonly string[] {
  const { job, reading, explanation } = valuation;
  const selected = job.markets[reading.index];
  if (selected === undefined) return [valueLine(valuation)];
  return [
    ...labelled('market', beside(`${selected.market.ticker} · ${titleOf(selected)}`)),
    ...labelled('', [statusOf(selected, job.at)]),
    ...labelled('rules', beside(selected.market.rulesPrimary || 'none given')),
    ...labelled('book', bookOf(selected)),
    ...labelled('evidence', [
      ...evidenceOf(selected),
      ...reading.asked.flatMap(({ source, address, said: answer }) =>
        beside(`asked ${source}: ${address}: ${answer}`),
      ),
    ]),
    ...labelled('claude', [judgementOf(selected)]),
    ...labelled('opinion', opinionOf(explanation)),
    ...labelled('edge', edgesOf(explanation)),
    ...labelled('size', sizeOf(valuation)),
    ...labelled('verdict', [verdictOf(explanation)]),
  ];
}

const titleOf = ({ market }: SelectedMarket): string =>
  [plainTitle(market.title), market.yesSubTitle].filter((part) => part !== '').join(' · ');

function statusOf({ market, siblings }: SelectedMarket, at: EpochMs): string {
  const { status, closeAt, eventTicker, seriesTicker, mutuallyExclusive, vertical } = market;
  const others = Math.max(0, siblings.length - 1);
  return foreign(
    [
      `${status}, closes ${moment(closeAt)}, in ${span(closeAt - at)}`,
      `${eventTicker} with ${others} other${others === 1 ? '' : 's'}${mutuallyExclusive ? ', of which one can win' : ''}`,
      `${seriesTicker ?? 'series unknown'} (${vertical})`,
    ].join(' · '),
  );
}

function bookOf({ market, summary, book }: SelectedMarket): readonly string[] {
  const quote = (price: SelectedMarket['summary']['bid']): string =>
    price === null ? 'none' : priceCents(price);
  return [
    `bid ${quote(summary.bid)}, ask ${quote(summary.ask)} · traded ${contracts(market.volume)}, in 24 h ${contracts(market.volume24h)} · ${book.trust}, ${age(book.ageMs)}`,
    `YES asks ${levels(book.yesAsks)}`,
    `NO asks  ${levels(book.noAsks)}`,
  ];
}

function evidenceOf({
  evidence: { evidence, noSignal, ageMs },
}: SelectedMarket): readonly string[] {
  if (evidence === null) return [`none: ${words(noSignal ?? 'no_data')}`];
  return [`${evidence.kind}, ${age(ageMs)}`, ...factsOf(evidence)];
}

function judgementOf({ judgement: { judgement, refusal, ageMs } }: SelectedMarket): string {
  if (judgement === null) return words(refusal ?? 'not_asked');
  const { p, sigma, samples } = judgement;
  return `${cents(p)} ± ${cents(sigma)} over ${samples} samples, ${age(ageMs)}`;
}

function opinionOf({ opinion, pool }: Explanation): readonly string[] {
  const lines = [
    `quotes of the event say ${said(opinion.quotes)}`,
    `model says ${said(opinion.word)}${opinion.noSignal === null ? '' : `, specialist none: ${words(opinion.noSignal)}`}`,
  ];
  if (pool !== null) {
    const { weight, calibration, calibrated, anchor, shift, moved } = pool;
    const isHeld = Math.abs(moved) < Math.abs(shift) - 1e-9;
    lines.push(
      `pooled: weight ${weight.toFixed(3)} on ${cents(calibrated)} (calibration α ${calibration.alpha}, β ${calibration.beta}), the rest on ${cents(anchor.fair)} ± ${cents(anchor.sigma)}`,
      ...(isHeld
        ? [`held back: moves the log-odds by ${moved.toFixed(2)} instead of ${shift.toFixed(2)}`]
        : []),
    );
  }
  return [...lines, `fair value ${said(opinion.fair)}`];
}

const splitOf = ({ side, count, price, fee, slippage, margin, cost, fair, edge }: CostSplit) =>
  `${side.toUpperCase()} × ${contracts(count)}: price ${exactCents(price)} + fee ${exactCents(fee)} + slippage ${exactCents(slippage)} + margin ${exactCents(margin)} = ${exactCents(cost)}; worth ${exactCents(fair)}; edge ${exactCents(edge)}`;
function edgesOf({
  yes,
  no,
  order,
  threshold,
  confidence,
  verdict,
}: Explanation): readonly string[] {
  const first = [yes, no].flatMap((split) => (split === null ? [] : [splitOf(split)]));
  return [
    ...(first.length === 0 ? [noEdge] : first),
    ...(order === null ? [] : [splitOf(order.split)]),
    thresholdLine(cents(threshold), confidence, verdict.edgePerDay),
  ];
}

function sizeOf({ job, money, explanation }: Valuation): readonly string[] {
  const { size, order, kelly, verdict } = explanation;
  const held = job.holdings.find(({ ticker }) => ticker === verdict.ticker);
  const from = money === 'ledger' ? 'by the ledger' : 'by BOT_BANKROLL';
  const lines = [
    `bankroll ${dollars(job.bankroll)} ${from} · held ${held === undefined ? 'none' : `${contracts(held.position)} for ${dollars(held.cost)}`}`,
    `full Kelly ${percent(kelly)} at the fair value`,
  ];
  if (size !== null) {
    const together =
      size.jointLegs === null ? '' : `, ${size.jointLegs} legs of the event together`;
    lines.push(
      `sized at ${cents(size.won)}: full ${percent(size.full)} · at most ${size.kellyShare} of Kelly${together}: ${percent(size.wanted)}`,
      ...wrapped(
        size.caps.map(([cap, share]) => `${words(cap)} leaves ${percent(share)}`),
        ' · ',
        besideWidth,
      ),
      `share ${percent(size.share)}, bound by ${words(size.binding)}`,
    );
  }
  if (order !== null) {
    const { side, limit, count, worstCost } = order.allocation;
    lines.push(
      `order: ${side.toUpperCase()} × ${contracts(count)} at ${priceCents(limit)} or better, ${dollars(worstCost)} at worst, for ${dollars(order.split.edge * (count / contract) * dollar)} of expected profit`,
    );
  }
  return lines;
}

const verdictOf = ({ verdict }: Explanation): string =>
  verdict.taken
    ? `would be bought (${words(verdict.reason)})`
    : `no trade: ${words(verdict.reason)}`;
