import { sha256 } from '../../domain/chain.js';
import type { ListedMarket, StrikeType } from '../../domain/market.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { EpochMs, Ticker } from '../../domain/units.js';
import { limits } from '../../limits.js';
import type { JudgementRefusal } from '../../messages/inference.js';
import { canonicalText } from './canonical-text.js';
import { flagged } from './flags.js';
import { isStrikeStated } from './stated-strike.js';
import { systemPrompt } from './system-prompt.js';
import { closing, framings, type Variant, variants } from './variants.js';

/** A piece of evidence as the model may read it. `text` is a stranger's. */
export type Note = {
  readonly id: string;
  readonly source: string;
  readonly ageMinutes: number;
  readonly text: string;
};

/** What the model is shown of a market, apart from time. Canonical texts; fields and their order are all there is. */
export type QuestionContent = {
  readonly title: string;
  readonly yesMeans: string;
  readonly rules: string;
  readonly strike: {
    readonly type: StrikeType;
    readonly floor: number | null;
    readonly cap: number | null;
  } | null;
  /** ISO 8601, UTC. */
  readonly closesAt: string;
  readonly settlementSources: readonly string[];
  readonly notes: readonly {
    readonly id: string;
    readonly source: string;
    readonly text: string;
  }[];
};

/** One market as it is asked about: blind, so without anything that says what others think it is worth. */
export type Question = {
  readonly ticker: Ticker;
  readonly content: QuestionContent;
  readonly hoursLeft: number;
  /** Of each note of the content. */
  readonly noteAgesMinutes: readonly number[];
};

/** What the prompt's envelope can hold as it is. */
const tickerPattern = /^[A-Za-z0-9][\w.-]{0,99}$/;
const notePattern = /^[\w.:-]{1,64}$/;

const bounded: Readonly<Partial<Record<StrikeType, readonly ('floorStrike' | 'capStrike')[]>>> = {
  greater: ['floorStrike'],
  greater_or_equal: ['floorStrike'],
  less: ['capStrike'],
  less_or_equal: ['capStrike'],
  between: ['floorStrike', 'capStrike'],
};

/**
 * The question that a market is, from the fields listed here and no others. `text_flagged`: a text tries to give orders.
 * `text_unusable`: a text is missing, or does not agree with the fields the market settles by.
 */
export function questionOf(
  market: ListedMarket,
  notes: readonly Note[],
  at: EpochMs,
): Result<Question, JudgementRefusal> {
  const kept = [...notes]
    .sort((a, b) => a.ageMinutes - b.ageMinutes)
    .slice(0, limits.questionNotesMax);
  const sources = market.settlementSources
    .slice(0, limits.questionSourcesMax)
    .map(({ name }) => name);
  const titles = [market.title, market.yesSubTitle, ...sources];
  if (flagged({ titles, bodies: [market.rulesPrimary, ...kept.map(({ text }) => text)] }) !== null)
    return err('text_flagged');

  const short = (text: string): string => canonicalText(text, limits.questionTitleCharsMax);
  const content: QuestionContent = {
    title: short(market.title),
    yesMeans: short(market.yesSubTitle),
    rules: canonicalText(market.rulesPrimary, limits.questionRulesCharsMax),
    strike: strikeOf(market),
    closesAt: new Date(market.closeAt).toISOString(),
    settlementSources: sources.map(short),
    notes: kept.map(({ id, source, text }) => ({
      id,
      source,
      text: canonicalText(text, limits.questionNoteCharsMax),
    })),
  };
  const isUsable =
    tickerPattern.test(market.ticker) &&
    content.title + content.yesMeans !== '' &&
    content.rules !== '' &&
    market.closeAt > at &&
    agrees(market, content) &&
    kept.every(
      ({ id, source, ageMinutes }) =>
        notePattern.test(id) && notePattern.test(source) && ageMinutes >= 0 && ageMinutes < 1e9,
    );
  if (!isUsable) return err('text_unusable');
  return ok({
    ticker: market.ticker,
    content,
    hoursLeft: Math.round((market.closeAt - at) / 360_000) / 10,
    noteAgesMinutes: kept.map(({ ageMinutes }) => Math.round(ageMinutes)),
  });
}

function strikeOf({ strikeType, floorStrike, capStrike }: ListedMarket): QuestionContent['strike'] {
  if (floorStrike === null && capStrike === null) return null;
  return { type: strikeType, floor: floorStrike, cap: capStrike };
}

/** Whether the strikes that the type needs are there, in order, and every one that is there is in the prose. */
function agrees(market: ListedMarket, { title, yesMeans, rules }: QuestionContent): boolean {
  const { strikeType, floorStrike, capStrike } = market;
  const prose = `${title} ${yesMeans} ${rules}`;
  const strikes = [floorStrike, capStrike].filter((strike) => strike !== null);
  return (
    (bounded[strikeType] ?? []).every((field) => market[field] !== null) &&
    (floorStrike === null || capStrike === null || floorStrike <= capStrike) &&
    strikes.every((strike) => isStrikeStated(strike, strikeType, prose))
  );
}

/** Constants, and long: hashed once. */
const wordsOf: ReadonlyMap<Variant, string> = new Map(
  variants.map((variant) => [
    variant,
    sha256(JSON.stringify([systemPrompt, framings[variant], closing])),
  ]),
);

/** SHA-256, hex: the same for the same question to the same model in the same words, whatever time is left. */
export function contentKey(question: Question, model: string, variant: Variant): string {
  const { ticker, content } = question;
  return sha256(JSON.stringify([wordsOf.get(variant), model, variant, ticker, content]));
}
