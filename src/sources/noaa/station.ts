import type { ListedMarket, Series } from '../../domain/market.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { EpochMs } from '../../domain/units.js';
import type { NoSignal, WeatherEvidence } from '../../messages/evidence.js';
import { dayStartOf, hourMs, monthOf } from './dates.js';
import { type Place, type Station, stations } from './stations.js';

/** What a temperature market is about, by its own words. */
export type WeatherSubject = {
  readonly station: Place;
  readonly quantity: WeatherEvidence['quantity'];
  /**
   * Measuring period [from, to): the climate day, midnight to midnight in local standard time; of an hourly market the
   * hour that ends at its moment.
   */
  readonly from: EpochMs;
  readonly to: EpochMs;
};

export type WeatherFacts = Pick<ListedMarket, 'rulesPrimary' | 'closeAt'> & {
  /** Of the market's series (or event). Empty: the rules alone must say it. */
  readonly settlementSources: Series['settlementSources'];
};

/** The day may end this long before a market about it closes, and the moment of an hourly one this far from it. */
const closeAfterMsMax = 12 * hourMs;
const momentOffMsMax = 2 * hourMs;

/**
 * Station, quantity and period from the market's rules and settlement sources. The ticker is never asked. Whatever the
 * texts leave open, or say twice and differently, gives no signal: `not_this_subject` (no temperature), `no_station` (none
 * named that we know), `unknown_rules` (anything else). Only where the texts name no known station does `point` stand in.
 */
export function weatherSubject(
  facts: WeatherFacts,
  point: Place | null = null,
): Result<WeatherSubject, NoSignal> {
  const { rulesPrimary: rules, closeAt } = facts;
  if (!/\btemp(?:erature)?s?\b/i.test(rules)) return err('not_this_subject');
  const quantity = quantityOf(rules);
  if (quantity === null || !isSourceUnderstood(facts, quantity)) return err('unknown_rules');
  const named = stationOf(facts);
  const isPoint = !named.ok && named.error === 'no_station' && point !== null;
  const station: Result<Place, NoSignal> = isPoint ? ok(point) : named;
  if (!station.ok) return station;
  const period =
    quantity === 'hourly'
      ? hourOf(rules, closeAt, station.value)
      : climateDayOf(rules, closeAt, station.value);
  if (period === null) return err('unknown_rules');
  return ok({ station: station.value, quantity, ...period });
}

function quantityOf(rules: string): WeatherEvidence['quantity'] | null {
  if (/celsius|°\s*c\b|\baverage\b|\bmean\b/i.test(rules)) return null;
  const isHigh = /\b(?:maximum|highest|high)\s+temp/i.test(rules);
  const isLow = /\b(?:minimum|lowest|low)\s+temp/i.test(rules);
  if (isHigh && isLow) return null;
  if (isHigh) return 'daily_high';
  if (isLow) return 'daily_low';
  return momentPattern.test(rules) ? 'hourly' : null;
}

/** `report`: the station's climate report or who relays it. `reading`: the station's own readings. */
type Family = 'report' | 'reading' | 'unknown';

function familyOf(text: string): Family {
  if (/weather company|climatological report|national weather service|\bnws\b/i.test(text))
    return 'report';
  return /synoptic/i.test(text) ? 'reading' : 'unknown';
}

/** Rules and listed sources must name one family that we know and that fits; a text that names none leaves it to the other. */
function isSourceUnderstood(
  { rulesPrimary, settlementSources }: WeatherFacts,
  quantity: WeatherEvidence['quantity'],
): boolean {
  const named =
    /(?:according to|as reported by|reported by)\s+(?:the\s+)?(.+?),?\s+(?:then|is|are)\b/i.exec(
      rulesPrimary,
    )?.[1];
  const families = new Set(settlementSources.map(({ name, url }) => familyOf(`${name} ${url}`)));
  if (named !== undefined) {
    const own = familyOf(named);
    if (families.size > 0 && !families.has(own)) return false;
    families.clear();
    families.add(own);
  }
  const [family] = families;
  if (families.size !== 1 || family === undefined || family === 'unknown') return false;
  return quantity === 'hourly' || family === 'report';
}

/** Codes before names; two that disagree are no answer. */
function stationOf({
  rulesPrimary,
  settlementSources,
}: WeatherFacts): Result<Station, 'no_station' | 'unknown_rules'> {
  const codes = new Set(
    [...rulesPrimary.matchAll(/\((?:CLI|K)([A-Z]{3})\)/g)].map(([, code = '']) => code),
  );
  for (const { url } of settlementSources) {
    const issuedBy = /[?&]issuedby=([A-Z]{3})\b/i.exec(url)?.[1];
    if (issuedBy !== undefined) codes.add(issuedBy.toUpperCase());
  }
  const text = rulesPrimary.toLowerCase();
  const byName = stations.filter(({ names }) => names.some((name) => text.includes(name)));
  if (codes.size > 1 || byName.length > 1) return err('unknown_rules');
  const [code] = codes;
  const [named] = byName;
  const station = code === undefined ? named : stations.find(({ cli }) => cli === code);
  if (station === undefined) return err('no_station');
  return named !== undefined && named !== station ? err('unknown_rules') : ok(station);
}

type Period = { readonly from: EpochMs; readonly to: EpochMs };
type CalendarDay = { readonly year: number; readonly month: number; readonly day: number };

/** The one date that rules speak of; null without one or with several. */
function dateOf(rules: string): CalendarDay | null {
  const found = new Map<string, CalendarDay>();
  for (const [, name = '', dayText, yearText] of rules.matchAll(
    /\b([A-Z][a-z]{2,8})\.?\s+(\d{1,2}),?\s+(\d{4})\b/g,
  )) {
    const month = monthOf(name);
    if (month === null) continue;
    const date = { year: Number(yearText), month, day: Number(dayText) };
    found.set(`${date.year}-${date.month}-${date.day}`, date);
  }
  const [only] = found.values();
  return found.size === 1 && only !== undefined ? only : null;
}

function climateDayOf(rules: string, closeAt: EpochMs, station: Place): Period | null {
  const date = dateOf(rules);
  const from = date === null ? null : dayStartOf(date, station.standardHours);
  if (from === null) return null;
  const to = (from + 24 * hourMs) as EpochMs;
  // Contradictory: a market about a day closes in it or soon after.
  return closeAt > from && closeAt <= to + closeAfterMsMax ? { from, to } : null;
}

/** `at 11:20 AM EDT on Jun 15, 2026`, the comma and minutes optional. */
const momentPattern = /\bat\s+(\d{1,2})(?::(\d{2}))?\s*([AP])M\s+([ECMP])([SD])T\b/i;
const standardOf: Readonly<Record<string, number>> = { E: -5, C: -6, M: -7, P: -8 };

function hourOf(rules: string, closeAt: EpochMs, station: Place): Period | null {
  const date = dateOf(rules);
  const match = momentPattern.exec(rules);
  if (date === null || match === null) return null;
  const [, hourText = '', minuteText = '0', half = '', zone = '', season = ''] = match;
  const hour = Number(hourText);
  const minute = Number(minuteText);
  const standard = standardOf[zone.toUpperCase()];
  if (!(hour >= 1 && hour <= 12 && minute <= 59) || standard !== station.standardHours) return null;
  const offset = standard + (season.toUpperCase() === 'D' ? 1 : 0);
  const midnight = dayStartOf(date, offset);
  if (midnight === null) return null;
  const hours = (hour % 12) + (half.toUpperCase() === 'P' ? 12 : 0);
  const to = (midnight + hours * hourMs + minute * 60_000) as EpochMs;
  if (!(Math.abs(closeAt - to) <= momentOffMsMax)) return null;
  return { from: (to - hourMs) as EpochMs, to };
}
