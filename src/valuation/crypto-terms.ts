import type { Market, StrikeType } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import type { NoSignal } from '../messages/evidence.js';

/** What a crypto market settles on, in its own words. */
export type CryptoTerms = {
  readonly asset: CryptoAsset;
  /** The highest and the lowest fifth of the sixty prints do not count. */
  readonly isTrimmed: boolean;
};

/** Coins with an index that we know and public dollar markets. */
export type CryptoAsset = 'BTC' | 'ETH' | 'SOL' | 'XRP' | 'DOGE';

type Read = Pick<Market, 'rulesPrimary' | 'strikeType' | 'floorStrike' | 'capStrike' | 'closeAt'>;

const unknown = err<NoSignal>('unknown_rules');
const rulesLengthMax = 4_000;

/** Settled by a path, not by where it ends: barriers, and means over months that stop early. */
const ofPath =
  /\b(?:at any (?:point|time)|starting|ever|reach(?:es)?|touch(?:es)?|hits?|crosses|maximum|minimum|(?:highest|lowest) (?:price|value))\b/i;
const ofLastMinute = /\b(?:sixty|60)[- ]seconds?\b/i;
const ofTrimming =
  /\btrim(?:med)?\b|\b(?:exclud|remov|discard)\w*[^.]{0,40}\b(?:top|bottom|highest|lowest)\b/i;
const percentages = /\b(\d{1,3}(?:\.\d{1,3})?) ?(?:%|percent)/gi;

/**
 * Reads the rules, not the ticker: the sixty-second average of one coin's CF Benchmarks real-time index against the
 * market's strikes at its close. Rules that we do not know word for word, and rules that contradict the fields or the
 * series' settlement sources (when given), are `unknown_rules`.
 */
export function cryptoTerms(
  market: Read,
  sources: readonly { readonly name: string }[] = [],
): Result<CryptoTerms, NoSignal> {
  const rules = market.rulesPrimary;
  if (rules.length === 0 || rules.length > rulesLengthMax) return unknown;
  if (!/\bCF Benchmarks\b/i.test(rules)) return unknown;
  if (sources.length > 0 && !sources.some(({ name }) => /\bCF Benchmarks\b/i.test(name)))
    return unknown;
  if (ofPath.test(rules) || !ofLastMinute.test(rules)) return unknown;
  const isTrimmed = ofTrimming.test(rules);
  for (const [, percent] of rules.matchAll(percentages))
    if (!isTrimmed || Number(percent) !== 20) return unknown;
  if (!isTrimmed && !/\bsimple average\b/i.test(rules)) return unknown;
  const asset = assetOf(rules);
  if (
    asset === null ||
    !agreesWithStrikes(rules, market) ||
    !agreesWithClose(rules, market.closeAt)
  )
    return unknown;
  return ok({ asset, isTrimmed });
}

const indexNames: readonly (readonly [CryptoAsset, RegExp])[] = [
  ['BTC', /\bBRTI\b|\bBitcoin Real[- ]Time Index\b/gi],
  ['ETH', /\bERTI\b|\bETH(?:USD)?_?RTI\b|\b(?:Ethereum|Ether) Real[- ]Time Index\b/gi],
  ['SOL', /\bSOL(?:USD)?_?RTI\b|\bSolana Real[- ]Time Index\b/gi],
  ['XRP', /\bXRP(?:USD)?_?RTI\b|\b(?:XRP|Ripple) Real[- ]Time Index\b/gi],
  ['DOGE', /\bDOGE(?:USD)?_?RTI\b|\bDogecoin Real[- ]Time Index\b/gi],
];

/** The one coin whose index is named; null for none, for several, and beside an index that we do not know. */
function assetOf(rules: string): CryptoAsset | null {
  let left = rules;
  let found: CryptoAsset | null = null;
  for (const [asset, names] of indexNames) {
    const without = left.replace(names, '');
    if (without === left) continue;
    if (found !== null) return null;
    found = asset;
    left = without;
  }
  return /\w*RTI\b|\bReal[- ]Time Index\b/i.test(left) ? null : found;
}

const comparisons: Readonly<Record<string, StrikeType>> = {
  above: 'greater',
  'greater than': 'greater',
  'at least': 'greater_or_equal',
  'at or above': 'greater_or_equal',
  'greater than or equal to': 'greater_or_equal',
  below: 'less',
  'less than': 'less',
  'at most': 'less_or_equal',
  'at or below': 'less_or_equal',
  'less than or equal to': 'less_or_equal',
  between: 'between',
};
const comparison =
  /\bis (above|greater than or equal to|greater than|at least|at or above|below|less than or equal to|less than|at most|at or below|between) (the (?:simple average|target price)\b|\$?([\d,]{1,20}(?:\.\d{1,12})?)(?: ?(?:-|–|and|to) ?\$?([\d,]{1,20}(?:\.\d{1,12})?))?)/i;

const numberOf = (text: string | undefined): number | null =>
  text === undefined ? null : Number(text.replaceAll(',', ''));

/** The prose compares as the fields do. A strike that is itself an average stands in the fields alone. */
function agreesWithStrikes(rules: string, market: Read): boolean {
  const match = comparison.exec(rules);
  const { strikeType, floorStrike: floor, capStrike: cap } = market;
  if (match === null || comparisons[(match[1] ?? '').toLowerCase()] !== strikeType) return false;
  const first = numberOf(match[3]);
  switch (strikeType) {
    case 'greater':
      return floor !== null && first === floor;
    case 'greater_or_equal':
      return floor !== null && (first === null || first === floor);
    case 'less':
    case 'less_or_equal':
      return cap !== null && first === cap;
    case 'between':
      return floor !== null && first === floor && cap !== null && numberOf(match[4]) === cap;
    default:
      return false;
  }
}

/** Hours that a zone's clock is behind UTC; a bare ET is either of its two. */
const behind: Readonly<Record<string, readonly number[]>> = {
  EDT: [4],
  EST: [5],
  ET: [4, 5],
  UTC: [0],
  GMT: [0],
};

/** The first time of day that the rules name is that of the close. Rules that name none leave it to the close. */
function agreesWithClose(rules: string, closeAt: number): boolean {
  const match = /\bbefore (\d{1,2})(?::(\d\d))? ?(AM|PM) (EDT|EST|ET|UTC|GMT)\b/i.exec(rules);
  if (match === null) return /\bbefore (?:expiration|expiry|the close)\b/i.test(rules);
  const [, hour = '', minute = '0', half = '', zone = ''] = match;
  const local =
    ((Number(hour) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0)) * 60 + Number(minute);
  return (behind[zone.toUpperCase()] ?? []).some(
    (hours) => (closeAt - (local + hours * 60) * 60_000) % 86_400_000 === 0,
  );
}
