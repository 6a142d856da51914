import type { EpochMs, SeriesTicker, Ticker } from '../domain/units.js';

/** What several markets depend on together: a city's weather or a coin's price, on one day. */
export type UnderlyingDay = {
  readonly underlying: string;
  /** "26JUN15"; null when neither the ticker nor a close says it. */
  readonly day: string | null;
};

type Named = {
  readonly ticker: Ticker;
  readonly seriesTicker?: SeriesTicker | null;
  readonly closeAt?: EpochMs;
};

const coin =
  /^(BTC|ETH|SOL|XRP|DOGE|ADA|LTC|BCH|AVAX|LINK|DOT|BNB|SHIBA|HYPE|ZEC)(?:D|E|H|W|M|Y|\d+M|MAX\w*|MIN\w*)?$/;
const weather = /^(?:HIGH|LOW|TEMP|RAIN|SNOW)(\w+)$/;
/** Cities by every spelling that their series use (VALUATION §1.2). */
const cities: readonly (readonly string[])[] = [
  ['NY', 'NYC'],
  ['CHI'],
  ['MIA'],
  ['AUS'],
  ['LAX', 'LA'],
  ['DEN'],
  ['PHIL', 'PHL'],
  ['ATL'],
  ['BOS'],
  ['DC'],
  ['DAL', 'DFW'],
  ['HOU', 'OU'],
  ['SATX', 'SAT'],
  ['MIN', 'MSP'],
  ['NOLA', 'MSY'],
  ['OKC'],
  ['PHX'],
  ['LV', 'LAS'],
  ['SEA'],
  ['SFO', 'SF'],
];
const cityOf = new Map(
  cities.flatMap((names) => names.map((name) => [name, names[0] as string] as const)),
);

/** The city or coin of a series, null for any other subject. A city not in the table stands for itself. */
export function underlyingOf(seriesTicker: string): string | null {
  const series = seriesTicker.toUpperCase().replace(/^KX/, '');
  const paired = coin.exec(series)?.[1];
  if (paired !== undefined) return paired;
  if (series === 'HOUHIGH') return 'HOU';
  const place = weather.exec(series)?.[1];
  if (place === undefined) return null;
  // The second generation puts a T before the city; hourly series an H behind it, monthly ones an M.
  const bare = place.startsWith('T') ? place.slice(1) : place;
  for (const name of [place, bare, place.slice(0, -1), bare.slice(0, -1)]) {
    const city = cityOf.get(name);
    if (city !== undefined) return city;
  }
  return place;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const two = (value: number): string => String(value).padStart(2, '0');

/** The day in UTC, written as tickers write it. */
function dayText(at: EpochMs): string {
  const date = new Date(at);
  return `${two(date.getUTCFullYear() % 100)}${months[date.getUTCMonth()]}${two(date.getUTCDate())}`;
}

/**
 * A market's underlying and day, null when it has none. The day is the ticker's own, because a day of weather closes at
 * the next midnight; without one it is the day of the close. A ticker alone will do: what is held may be listed no more.
 */
export function underlyingDayOf({ ticker, seriesTicker, closeAt }: Named): UnderlyingDay | null {
  const [first = '', second = ''] = ticker.split('-');
  const underlying = underlyingOf(seriesTicker ?? first);
  if (underlying === null) return null;
  const written = /^\d{2}(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)\d{2}/.exec(
    second,
  )?.[0];
  return { underlying, day: written ?? (closeAt === undefined ? null : dayText(closeAt)) };
}
