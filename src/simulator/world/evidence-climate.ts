import { DAY, HOUR, isoUtc, local, MINUTE, standardTime, two } from './calendar.js';
import { CITIES, type City } from './cities.js';
import { json, problem } from './replies.js';
import type { EvidenceReply } from './types.js';
import type { Weather } from './weather.js';

/** The daily climate report: a preliminary one in the afternoon and the final one in the night after the climate day. */

type Issue = {
  readonly id: string;
  readonly city: City;
  readonly day: number;
  readonly final: boolean;
  readonly atMs: number;
};

const DAYS_LISTED = 5;

/** Newest first. */
function issues(weather: Weather, city: City, atMs: number): Issue[] {
  const truth = weather.temperature(city);
  const made: Issue[] = [];
  const today = truth.dayOf(atMs);
  for (let day = today; day > today - DAYS_LISTED; day -= 1) {
    const date = new Date(day * DAY).toISOString().slice(0, 10);
    const start = truth.dayStart(day);
    const issue = (final: boolean, issuedMs: number): Issue => ({
      id: `${city.cli.toLowerCase()}-${date}-${final ? 'final' : 'preliminary'}`,
      city,
      day,
      final,
      atMs: issuedMs,
    });
    made.push(
      issue(true, start + DAY + 80 * MINUTE),
      issue(false, start + 15 * HOUR + 34 * MINUTE),
    );
  }
  return made.filter((one) => one.atMs <= atMs);
}

function header(issue: Issue): object {
  return {
    '@id': `https://api.weather.gov/products/${issue.id}`,
    id: issue.id,
    wmoCollectiveId: 'CDUS41',
    issuingOffice: `K${issue.city.office}`,
    issuanceTime: isoUtc(issue.atMs),
    productCode: 'CLI',
    productName: 'Climatological Report (Daily)',
  };
}

export function climateProducts(weather: Weather, cli: string, atMs: number): EvidenceReply {
  const city = CITIES.find((one) => one.cli === cli);
  if (city === undefined) return problem(404, 'NotFound', 'Not Found');
  return json({ '@context': {}, '@graph': issues(weather, city, atMs).map(header) });
}

export function climateProduct(weather: Weather, id: string, atMs: number): EvidenceReply {
  const city = CITIES.find((one) => id.startsWith(`${one.cli.toLowerCase()}-`));
  const issue = city && issues(weather, city, atMs).find((one) => one.id === id);
  if (issue === undefined) return problem(404, 'NotFound', 'Not Found');
  return json({ '@context': {}, ...header(issue), productText: text(weather, issue) });
}

function text(weather: Weather, issue: Issue): string {
  const { city, day, final, atMs } = issue;
  const truth = weather.temperature(city);
  const start = truth.dayStart(day);
  // The preliminary report is valid as of 4 PM by the clock on the wall; here 3 PM standard time.
  const validMs = final ? start + DAY : start + 15 * HOUR;
  const { max, maxMs, min, minMs } = truth.extremes(day, validMs);
  const now = local(atMs, city.zone);
  const date = standardTime(start + 12 * HOUR, city.zone);
  const clock = (ms: number): string => {
    const at = standardTime(ms, city.zone);
    return `${at.hour % 12 === 0 ? 12 : at.hour % 12}${two(at.minute)} ${at.hour < 12 ? 'AM' : 'PM'}`;
  };
  const issued = new Date(atMs);
  const stamp = `${two(issued.getUTCDate())}${two(issued.getUTCHours())}${two(issued.getUTCMinutes())}`;
  const time = `${now.hour % 12 === 0 ? 12 : now.hour % 12}${two(now.minute)} ${now.hour < 12 ? 'AM' : 'PM'} ${now.label}`;
  const upper = (value: string): string => value.toUpperCase();
  const valid = local(validMs, city.zone);
  return [
    `CDUS41 K${city.office} ${stamp}`,
    `CLI${city.cli}`,
    '',
    'CLIMATE REPORT',
    `NATIONAL WEATHER SERVICE ${upper(city.title)}, ${city.state}`,
    `${time} ${upper(now.weekday)} ${upper(now.monthName)} ${two(now.day)} ${now.year}`,
    '',
    `...THE ${upper(city.name)} CLIMATE SUMMARY FOR ${upper(date.monthName)} ${date.day} ${date.year}...`,
    ...(final
      ? []
      : [
          `VALID TODAY AS OF ${two(valid.hour % 12 === 0 ? 12 : valid.hour % 12)}00 PM LOCAL TIME.`,
        ]),
    '',
    'WEATHER ITEM OBSERVED TIME RECORD YEAR NORMAL DEPARTURE LAST',
    ' VALUE (LST) VALUE VALUE FROM YEAR',
    ' NORMAL',
    'TEMPERATURE (F)',
    final ? ' YESTERDAY' : ' TODAY',
    ` MAXIMUM ${Math.round(max)} ${clock(maxMs)}`,
    ` MINIMUM ${Math.round(min)} ${clock(minMs)}`,
    '',
    '$$',
    '',
  ].join('\n');
}
