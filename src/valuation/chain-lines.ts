import { sha256 } from '../domain/chain.js';
import { contract, dollar, micros, priceMax } from '../domain/units.js';
import { edgeAtWalk } from '../domain/walk.js';
import type { ChainEntry, ChainLine, ChainParts } from '../messages/chain-line.js';
import type { ChainCap, ChainSum, ChainVerdict, ChainWord } from '../messages/decision-chain.js';
import type { FairValue, ValuationJob } from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { asksOf, termsOf } from './edge.js';
import { factsOf } from './evidence-facts.js';
import {
  type CostSplit,
  type Explanation,
  explained,
  explainRepriced,
  splitOf,
} from './explain.js';

/** The lines that keep what one entry tells. Pure; every number in them is one that was decided on. */
export function chainLines(entry: ChainEntry): readonly ChainLine[] {
  const { run, cycle, at } = entry;
  const stamp = { schemaVersion: 1, run, cycle, at } as const;
  switch (entry.kind) {
    case 'window': {
      const { job, calls } = entry;
      const tell = explained(job);
      return job.markets.flatMap((selected, index): readonly ChainLine[] => {
        const told = tell(index);
        if (told === null) return [];
        const { ticker } = selected.market;
        const parts = partsOf(job, selected, told, null);
        return [{ ...stamp, kind: 'window', ticker, calls: calls[ticker] ?? [], parts }];
      });
    }
    case 'look': {
      const { ticker, clientOrderId, refusal, by } = entry;
      const answer = { clientOrderId, refusal, by };
      return [{ ...stamp, kind: 'look', ticker, ...answer, look: lookOf(entry) }];
    }
    case 'repriced': {
      const { question, n, clientOrderId, refusal, by, calls } = entry;
      const { selected, inputs, fair } = question;
      const told = explainRepriced(question);
      if (told === null) return [];
      const job: ValuationJob = { ...inputs, cycle, at, markets: [selected] };
      const parts = partsOf(job, selected, told, fair);
      const { ticker } = selected.market;
      const answer = { clientOrderId, refusal, by };
      return [{ ...stamp, kind: 'repriced', ticker, n, ...answer, calls, parts }];
    }
    case 'call':
      return [{ schemaVersion: 1, ...entry }];
  }
}

const wordOf = (value: FairValue | null): ChainWord | null =>
  value === null ? null : { model: value.model, fair: value.fair, sigma: value.sigma };

/** `before`: between windows, the fair value that was in force until then. */
function partsOf(
  job: ValuationJob,
  selected: SelectedMarket,
  told: Explanation,
  before: FairValue | null,
): ChainParts {
  const { market, evidence, judgement } = selected;
  const { opinion, pool, threshold, confidence, verdict } = told;
  const { judgement: judged, refusal } = judgement;
  const book = bookOf(selected, before === null);
  return {
    market: marketOf(selected),
    book,
    evidence: {
      kind: evidence.evidence?.kind ?? 'none',
      noSignal: evidence.noSignal,
      ageMs: evidence.ageMs,
      facts: evidence.evidence === null ? [] : factsOf(evidence.evidence),
      raw: evidence.evidence,
    },
    claude: {
      p: judged?.p ?? null,
      sigma: judged?.sigma ?? null,
      samples: judged?.samples ?? 0,
      refusal,
      ageMs: judgement.ageMs,
    },
    opinion: {
      quotes: wordOf(opinion.quotes),
      word: wordOf(opinion.word),
      wordAgeMs: opinion.ageMs,
      noSignal: opinion.noSignal,
      pool:
        pool === null
          ? null
          : {
              anchorFair: pool.anchor.fair,
              anchorSigma: pool.anchor.sigma,
              alpha: pool.calibration.alpha,
              beta: pool.calibration.beta,
              calibrated: pool.calibrated,
              weight: pool.weight,
              shift: pool.shift,
              moved: pool.moved,
            },
      fair: wordOf(opinion.fair),
      before: wordOf(before),
    },
    edge: {
      yes: told.yes === null ? null : sumOf(told.yes),
      no: told.no === null ? null : sumOf(told.no),
      threshold: verdict.threshold ?? (Number.isFinite(threshold) ? threshold : null),
      confidence,
      edgePerDay: verdict.edgePerDay,
    },
    size: sizeOf(job, market.ticker, told),
    verdict: {
      ...verdictOf(told),
      mid2: book.bid === null || book.ask === null ? null : book.bid + book.ask,
    },
  };
}

function marketOf({ market, siblings }: SelectedMarket): ChainParts['market'] {
  return {
    title: market.title,
    yesMeans: market.yesSubTitle,
    rules: market.rulesPrimary,
    rulesHash: sha256(market.rulesPrimary),
    event: market.eventTicker,
    series: market.seriesTicker,
    vertical: market.vertical,
    status: market.status,
    closesAt: market.closeAt,
    settlementTimerMs: market.settlementTimerMs,
    isExclusive: market.mutuallyExclusive,
    siblings: Math.max(0, siblings.length - 1),
    volume: market.volume,
    volume24h: market.volume24h,
    openInterest: market.openInterest,
    shard: market.shard,
    feeType: market.fees?.type ?? null,
    feePpm: market.fees?.multiplierPpm ?? null,
  };
}

/** Between windows the quotes are those of the book; the window's summary is older. */
function bookOf(
  { summary, book }: SelectedMarket,
  isWindow: boolean,
): NonNullable<ChainParts['book']> {
  const { yesAsks, noAsks, trust, ageMs } = book;
  const bestNo = noAsks[0]?.[0];
  return {
    bid: isWindow ? summary.bid : bestNo === undefined ? null : priceMax - bestNo,
    ask: isWindow ? summary.ask : (yesAsks[0]?.[0] ?? null),
    yesAsks,
    noAsks,
    trust,
    ageMs,
    window: isWindow
      ? {
          changes: summary.changes,
          trades: summary.trades,
          volume: summary.volume,
          gaps: summary.gaps,
          midHigh2: summary.midHigh2,
          midLow2: summary.midLow2,
          lastTradePrice: summary.lastTradePrice,
        }
      : null,
  };
}

/** In whole micro-dollars: the margins and the worth are rounded once, and everything adds up. */
export function sumOf(split: CostSplit): ChainSum {
  const { side, count, notional, fees, slippage, margin, fair, edge } = split;
  const ofAll = (perContract: number): number =>
    micros(Math.round((perContract * count * dollar) / contract));
  const slippageMicros = ofAll(slippage);
  const marginMicros = ofAll(margin);
  const costMicros = notional + fees + slippageMicros + marginMicros;
  const worthMicros = ofAll(fair);
  return {
    side,
    count,
    priceMicros: notional,
    feeMicros: fees,
    slippageMicros,
    marginMicros,
    costMicros,
    fair,
    worthMicros,
    edgeMicros: worthMicros - costMicros,
    edgePerContract: edge,
  };
}

function sizeOf(
  { bankroll, holdings }: ValuationJob,
  ticker: string,
  { kelly, size }: Explanation,
): ChainParts['size'] {
  const held = holdings.find((holding) => holding.ticker === ticker);
  return {
    bankrollMicros: bankroll,
    heldCount: held?.position ?? 0,
    heldCostMicros: held?.cost ?? 0,
    kelly,
    sizing:
      size === null
        ? null
        : {
            won: size.won,
            full: size.full,
            kellyShare: size.kellyShare,
            wanted: size.wanted,
            caps: capsOf(size),
            share: size.share,
            binding: size.binding,
            jointLegs: size.jointLegs,
          },
  };
}

/** Each cap on its own, in the order they are applied: what was left before it, and after. */
function capsOf({ wanted, caps, binding }: NonNullable<Explanation['size']>): readonly ChainCap[] {
  let left = wanted;
  return caps.map(([code, leaves]) => {
    const before = left;
    left = Math.max(0, Math.min(before, leaves));
    return { code, leaves, before, after: left, isBinding: code === binding };
  });
}

function verdictOf({ verdict, order }: Explanation): ChainParts['verdict'] {
  const { taken, reason, side, model, fair, sigma, mid2, cost, edge, fraction } = verdict;
  const bet =
    order === null
      ? null
      : {
          limit: order.allocation.limit,
          count: order.allocation.count,
          worstCostMicros: order.allocation.worstCost,
          sum: sumOf(order.split),
        };
  return { taken, reason, side, model, fair, sigma, mid2, cost, edge, fraction, bet };
}

/** The order's own cost on the book it was looked at again with. */
function lookOf(entry: ChainEntry & { readonly kind: 'look' }): NonNullable<ChainVerdict['look']> {
  const { at, refusal, intent, book, market, settings } = entry;
  const seen = {
    at,
    refusal,
    trust: book?.trust ?? null,
    ageMs: book?.ageMs ?? null,
    asks: book === null || intent === null ? [] : asksOf({ book }, intent.side),
    limit: intent?.limit ?? null,
    count: intent?.count ?? null,
  };
  const terms = market === null || settings === null ? null : termsOf({ market }, settings, at);
  if (intent === null || terms === null) return { ...seen, sum: null };
  const { side, fair, count, limit } = intent;
  const walked = edgeAtWalk(seen.asks, side, fair, count, limit, terms);
  return {
    ...seen,
    sum: walked === null ? null : sumOf(splitOf(side, fair, walked.walked, terms, walked)),
  };
}
