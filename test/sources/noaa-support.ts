import type { EpochMs } from '../../src/domain/units.js';
import { ticker as tickerOf } from '../../src/domain/units.js';
import type { MarketEvidence } from '../../src/messages/evidence.js';
import type { SimMarket } from '../../src/simulator/world/types.js';
import { type NoaaKnown, noaaEntryAfter, noaaKnownWithin } from '../../src/sources/noaa/known.js';
import { noaaRequests } from '../../src/sources/noaa/plan.js';
import { type WeatherSubject, weatherSubject } from '../../src/sources/noaa/station.js';
import { weatherEvidence } from '../../src/sources/noaa/weather-evidence.js';
import type { Driver } from '../simulator/world-driver.js';

export const base = 'http://127.0.0.1:9/evidence/noaa';

/** What a weather market is about, from what the simulated exchange lists; null: not ours. */
export function subjectOf(driver: Driver, market: SimMarket): WeatherSubject | null {
  const event = driver.events.get(market.eventTicker);
  const series = driver.series.get(event?.seriesTicker ?? '');
  const subject = weatherSubject({
    rulesPrimary: market.rulesPrimary,
    closeAt: market.closeMs as EpochMs,
    settlementSources: series?.settlementSources ?? [],
  });
  return subject.ok ? subject.value : null;
}

/** Plan, fetch, parse, assemble, against the simulated world in process: what the engine will do over the network. */
export class NoaaDesk {
  known: NoaaKnown = new Map();
  asked = 0;
  private readonly driver: Driver;

  constructor(driver: Driver) {
    this.driver = driver;
  }

  evidence(subject: WeatherSubject, at: EpochMs): MarketEvidence {
    // A chain of links is never longer than this.
    for (let round = 0; round < 5; round += 1) {
      const requests = noaaRequests(subject, this.known, at);
      if (requests.length === 0) break;
      const known = new Map(noaaKnownWithin(this.known, at));
      for (const request of requests) {
        this.asked += 1;
        const url = new URL(base + request.path);
        const path = url.pathname.slice(new URL(base).pathname.length);
        const reply = this.driver.world.evidence('noaa', path, url.searchParams, at);
        const outcome = {
          kind: 'http',
          status: reply?.status ?? 404,
          path,
          body: reply?.body ?? '',
        } as const;
        known.set(
          request.path,
          noaaEntryAfter(known.get(request.path), request, outcome, at, base),
        );
      }
      this.known = known;
    }
    return weatherEvidence(subject, this.known, at, 1);
  }
}

export const strikesOf = (market: SimMarket) => ({
  ticker: tickerOf(market.ticker),
  strikeType: market.strikeType,
  floorStrike: market.floorStrike,
  capStrike: market.capStrike,
});

/** A final report about Miami's 31 August as the service writes it, in parts that a test may break. */
export const report = (
  over: { header?: string; valid?: string; table?: string; date?: string } = {},
): string =>
  [
    over.header ?? 'CDUS42 KMFL 010545',
    'CLIMIA',
    '',
    'CLIMATE REPORT',
    `...THE MIAMI CLIMATE SUMMARY FOR ${over.date ?? 'AUGUST 31 2026'}...`,
    over.valid ?? '',
    'TEMPERATURE (F)',
    over.table ?? ' YESTERDAY\n  MAXIMUM         90R   143 PM\n  MINIMUM         -3    559 AM',
    '',
    'PRECIPITATION (IN)',
    '  MAXIMUM 12',
    '$$',
  ].join('\r\n');

/** The value that was read; a problem fails the test. */
export const value = <Value>(
  read:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly error: unknown },
): Value => {
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
};

/** The code of what could not be read. */
export const code = (read: {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
}): string => read.error?.code ?? 'ok';

export const iso = (ms: number): string => new Date(ms).toISOString().replace('.000Z', '+00:00');

/** The samples' times are templates relative to now: `date:now -90 seconds`, `date:now:hour 3 hours / PT1H`. */
export function rendered(template: string, now: number): string {
  return template.replace(/"(?:date|day):([^"]*)"/g, (_, text: string) => {
    const [moment = '', length] = text.split('/').map((part) => part.trim());
    const clock = /^today (\d\d):(\d\d):([+-]\d\d)$/.exec(moment);
    const offset = /^now(:hour)? (-?\d+) (seconds|hours)$/.exec(moment);
    let ms: number;
    if (clock !== null) {
      const [, hours, minutes, zone] = clock.map(Number);
      ms =
        Math.floor(now / 86_400_000) * 86_400_000 +
        ((hours ?? 0) - (zone ?? 0)) * 3_600_000 +
        (minutes ?? 0) * 60_000;
    } else if (offset !== null) {
      const start = offset[1] === undefined ? now : Math.floor(now / 3_600_000) * 3_600_000;
      ms = start + Number(offset[2]) * (offset[3] === 'hours' ? 3_600_000 : 1_000);
    } else throw new Error(`template not understood: ${text}`);
    return JSON.stringify(length === undefined ? iso(ms) : `${iso(ms)}/${length}`);
  });
}
