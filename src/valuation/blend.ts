import type { Vertical } from '../domain/market.js';
import { contract, type Probability } from '../domain/units.js';
import type {
  BlendTable,
  BlendTerms,
  Calibration,
  FairValue,
  Model,
  Word,
} from '../messages/valuation.js';
import type { SelectedMarket } from '../messages/window.js';
import { clipFair, expit, logit, pool } from './numbers.js';
import { ownPrice } from './own-price.js';

export const uncalibrated: Calibration = { alpha: 0, beta: 1, sigma: 0 };

const minute = 60_000;
const start = { calibration: uncalibrated, byAge: [] };

/** The one table of starting weights. A model that is not in it weighs nothing. */
export const startingBlend: BlendTable = {
  heuristic: {
    ...start,
    weight: 1,
    weightThin: 1,
    weightSigma: 0,
    evidenceAgeMsMax: null,
    source: 'is drawn from the quotes themselves and pooled with them already',
  },
  weather: {
    ...start,
    weight: 0.1,
    weightThin: 0.25,
    weightSigma: 0.05,
    evidenceAgeMsMax: 180 * minute,
    source:
      'MEASURED: 5,202 settled markets, best weight 0 to 0.05, at 27-33 h 0.1 to 0.3; illiquid brackets are where to look',
  },
  weather_point: {
    ...start,
    weight: 0.01,
    weightThin: 0.02,
    weightSigma: 0.02,
    evidenceAgeMsMax: 180 * minute,
    source: 'nothing ties the forecast of a point set by hand to the market; enough to be measured',
  },
  crypto: {
    ...start,
    weight: 0.4,
    weightThin: 0.5,
    weightSigma: 0.15,
    evidenceAgeMsMax: minute,
    source: 'MEASURED: digital with the 60-second average ties with the mid (.1273, .1241), n = 88',
  },
  sports: {
    ...start,
    weight: 0.15,
    weightThin: 0.15,
    weightSigma: 0.1,
    evidenceAgeMsMax: 15 * minute,
    source: 'VALUATION 2.3: no edge is the default hypothesis; 4.2: lower end of the prior',
  },
  claude: {
    ...start,
    weight: 0.15,
    weightThin: 0.25,
    weightSigma: 0.1,
    evidenceAgeMsMax: 60 * minute,
    source: 'VALUATION 4.2: prior .15 to .25, no language model beats the market alone',
  },
};

/** Weights learnt by regression are clipped here (VALUATION §4.2-7); a starting weight below one is too. */
export const weightMax = 0.6;
/** A wider market has no price to lean on, nor to be beaten by: the model has no say (VALUATION §4.2-7). */
const spreadMax = 0.08;
/** Contracts in 24 hours below which a market hardly trades. */
const thinVolume = 1_000;

/** What a calibrated probability is worth; NaN when the slope is not positive, for such a fit says the opposite. */
export const calibrated = (p: number, { alpha, beta }: Calibration): number =>
  beta > 0 ? expit(alpha + beta * logit(p)) : Number.NaN;

export const blendTermsOf = (
  table: BlendTable,
  model: string,
  vertical: Vertical,
): BlendTerms | undefined => table[`${model}/${vertical}`] ?? table[model];

/** Whether an opinion is the model's alone, so that no price of now has to be asked. */
export const standsAlone = ({ weight }: BlendTerms): boolean => weight === 1;

/** What a model's word is pooled with, and how much it weighs there. */
export type PoolTerms = {
  readonly anchor: Pick<FairValue, 'sigma'> & { readonly fair: number };
  readonly weight: number;
  readonly terms: BlendTerms | undefined;
};

/** Null without a market price. */
export function poolTermsOf(
  { model }: FairValue,
  selected: SelectedMarket,
  evidenceAgeMs: number | null,
  table: BlendTable,
  quotes: FairValue | null,
): PoolTerms | null {
  const own = ownPrice(selected);
  if (own === null) return null;
  const terms = blendTermsOf(table, model, selected.market.vertical);
  const weight = terms === undefined ? 0 : weightOf(terms, selected, own.spread, evidenceAgeMs);
  return { anchor: quotes ?? { fair: own.mid, sigma: own.sigma }, weight, terms };
}

/**
 * A model's fair value pooled in log-odds with the market's price, which is its mid, or what `quotes` make of it and its
 * siblings: logit q = (1 − w)·logit m + w·logit c, after the
 * model's own calibration (VALUATION §4.2-6, -7). w is 0 when the spread is over 8 cents, when the book is not to be
 * trusted or when the evidence is stale or of unknown age. Null without a market price, and for what is not a number.
 *
 * Its uncertainty is carried in log-odds too: s² = w²·(s_c² + s_cal²) + (1 − w)²·s_m² + s_w²·(logit c − logit m)². The last
 * term is what disagreement costs: the further the two are apart, the more the weight itself matters.
 */
export function blended(
  opinion: FairValue,
  selected: SelectedMarket,
  evidenceAgeMs: number | null,
  table: BlendTable,
  quotes: FairValue | null = null,
): FairValue | null {
  const alone = blendTermsOf(table, opinion.model, selected.market.vertical);
  if (alone !== undefined && standsAlone(alone)) return opinion;
  const met = poolTermsOf(opinion, selected, evidenceAgeMs, table, quotes);
  if (met === null) return null;
  const { anchor, terms, weight: w } = met;
  const mid = clipFair(anchor.fair);
  // What weighs nothing today is still kept, or no history could ever speak for it.
  const said = opinion.fair >= 0 && opinion.fair <= 1;
  const word: Word = { model: opinion.model, p: opinion.fair, evidenceAgeMs };
  if (w === 0 && quotes !== null) return said ? { ...quotes, word } : quotes;
  const { calibration, weightSigma } = terms ?? { calibration: uncalibrated, weightSigma: 0 };
  const model = clipFair(calibrated(clipFair(opinion.fair), calibration));
  const modelSigma = inLogOdds(opinion.fair, opinion.sigma) * calibration.beta;
  const gap = logit(model) - logit(mid);
  const fair = pooled(opinion.model, mid, model, w);
  const variance =
    w * w * (modelSigma * modelSigma + calibration.sigma * calibration.sigma) +
    (1 - w) * (1 - w) * inLogOdds(mid, anchor.sigma) ** 2 +
    (w > 0 ? weightSigma * weightSigma * gap * gap : 0);
  const sigma = Math.sqrt(variance) * fair * (1 - fair);
  // Written so that NaN refuses.
  if (!(fair >= 0 && fair <= 1 && sigma >= 0 && sigma < Number.POSITIVE_INFINITY)) return null;
  return { ...opinion, fair: fair as Probability, sigma, word };
}

/** A model that reads what strangers wrote may move a price so far and no further, in log-odds (VALUATION §8-6). */
const shiftMax: Readonly<Partial<Record<Model, number>>> = { claude: 1 };

/** A model's word with weight `w` on a price, within what that model may move it. NaN stays NaN. */
export function pooled(model: Model, price: number, word: number, w: number): number {
  const most = shiftMax[model] ?? Number.POSITIVE_INFINITY;
  const shift = w * (logit(word) - logit(price));
  return Math.abs(shift) > most
    ? expit(logit(price) + Math.sign(shift) * most)
    : pool(price, word, w);
}

/** A standard deviation in probability as one in log-odds, at first order. */
const inLogOdds = (p: number, sigma: number): number => {
  const at = clipFair(p);
  return sigma / (at * (1 - at));
};

export const isThin = (volume24h: number): boolean => volume24h / contract < thinVolume;

/** Null as a bound: of any age. An unknown age is within no other. */
export const within = (age: number | null, max: number | null): boolean =>
  max === null || (age !== null && age <= max);

/** The weight that is in force for evidence and a quote of these ages, real ms. */
export function weightAt(
  { byAge, ...all }: BlendTerms,
  thin: boolean,
  evidenceAgeMs: number | null,
  quoteAgeMs: number | null,
): number {
  const { weight, weightThin } =
    byAge.find(
      (ages) =>
        within(evidenceAgeMs, ages.evidenceAgeMsMax) && within(quoteAgeMs, ages.quoteAgeMsMax),
    ) ?? all;
  return Math.min(weightMax, Math.max(0, thin ? weightThin : weight));
}

/** The weight of a model's word here and now, 0..`weightMax`; 0 where the blend says it has none. */
export function weightOf(
  terms: BlendTerms,
  { market, book }: SelectedMarket,
  spread: number,
  evidenceAgeMs: number | null,
): number {
  const { evidenceAgeMsMax } = terms;
  const isTrusted = book.trust === 'fresh' || book.trust === 'listing';
  const isRecent = within(evidenceAgeMs, evidenceAgeMsMax);
  // A spread of exactly eight cents is none of the wide ones, whatever floating point makes of it.
  if (!(isTrusted && isRecent && spread <= spreadMax + 1e-9)) return 0;
  return weightAt(terms, isThin(market.volume24h), evidenceAgeMs, book.ageMs);
}
