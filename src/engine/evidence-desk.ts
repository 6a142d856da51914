import { assertNever } from '../domain/assert.js';
import type { ListedMarket } from '../domain/market.js';
import { type DurationMs, durationMs, type EpochMs, type Ticker } from '../domain/units.js';
import type { Outcome } from '../messages/effect.js';
import type { MarketEvidence, NoSignal, SportsReaction } from '../messages/evidence.js';
import {
  type InjuriesRequest,
  injuriesKnownAfter,
  injuryRequests,
  noInjuriesKnown,
  polledAt,
  sportsEvidence,
} from '../sources/injuries/injuries-known.js';
import { entryAfter } from '../sources/known.js';
import { parseNbm } from '../sources/nbm/parse.js';
import { type NbmKnown, type NbmRequest, nbmRequests, nbmSpread } from '../sources/nbm/spread.js';
import {
  type NoaaKnown,
  type NoaaRequest,
  noaaEntryAfter,
  noaaKnownWithin,
} from '../sources/noaa/known.js';
import { noaaRequests } from '../sources/noaa/plan.js';
import type { Place } from '../sources/noaa/stations.js';
import { weatherEvidence } from '../sources/noaa/weather-evidence.js';
import { cryptoEvidence } from '../sources/spot/crypto-evidence.js';
import {
  type CryptoRequest,
  cryptoKnownAfter,
  cryptoKnownWithIndex,
  cryptoRequests,
  nothingKnown,
} from '../sources/spot/crypto-known.js';
import type { EvidenceDesk, EvidenceQuestion } from '../streams/enrichments.js';
import type { EvidenceAddresses } from './evidence-addresses.js';
import { aboutOf, type Subject, subjectOf } from './market-subject.js';

export type DeskOptions = {
  readonly addresses: EvidenceAddresses;
  /** Stands in where a weather market's rules name no known station. */
  readonly point: Place;
  readonly reactions: readonly SportsReaction[];
  /** A sports market's middle price (0..1) at a moment; null: not known. */
  readonly midAt: (ticker: Ticker, at: EpochMs) => number | null;
  readonly speed: number;
};

type Asked =
  | { readonly kind: 'noaa'; readonly request: NoaaRequest }
  | { readonly kind: 'nbm'; readonly request: NbmRequest }
  | { readonly kind: 'crypto'; readonly request: CryptoRequest }
  | { readonly kind: 'injuries'; readonly request: InjuriesRequest };

const silence = (noSignal: NoSignal): MarketEvidence => ({ evidence: null, noSignal, ageMs: null });

/**
 * What the sources have said in this run, and what it says about a market. Learns only from outcomes that came through
 * the log, so that a replay knows the same. Subjects are read from a market's own rules, once.
 */
export class SourcesDesk implements EvidenceDesk {
  private readonly options: DeskOptions;
  private noaa: NoaaKnown = new Map();
  private nbm: NbmKnown = new Map();
  private crypto = nothingKnown;
  private injuries = noInjuriesKnown;
  private readonly asked = new Map<string, { readonly asked: Asked; readonly about: string }>();
  private readonly subjects = new WeakMap<ListedMarket, Subject>();

  constructor(options: DeskOptions) {
    this.options = options;
  }

  readonly questions = (market: ListedMarket, at: EpochMs): readonly EvidenceQuestion[] => {
    const { noaa, nbm, crypto, injuries } = this.options.addresses;
    const subject = this.subjectOf(market);
    if (subject.kind === 'other' || !subject.terms.ok) return [];
    const about = this.aboutOf(market) ?? '';
    switch (subject.kind) {
      case 'weather': {
        const terms = subject.terms.value;
        const ofService =
          noaa === null
            ? []
            : noaaRequests(terms, this.noaa, at).map((request) =>
                this.ask('noaa', `${noaa}${request.path}`, { kind: 'noaa', request }, about),
              );
        const ofBlend =
          noaa === null || nbm === null
            ? []
            : nbmRequests(nbm, terms, this.nbm, at).map((request) =>
                this.ask(request.source, request.url, { kind: 'nbm', request }, about),
              );
        return [...ofService, ...ofBlend];
      }
      case 'crypto': {
        if (crypto === null) return [];
        const sentiment = crypto.sentiment ?? '';
        return cryptoRequests([subject.terms.value.asset], this.crypto, at, {
          ...crypto,
          sentiment,
        })
          .filter(({ url }) => url !== '')
          .map((request) =>
            this.ask(request.source, request.url, { kind: 'crypto', request }, about),
          );
      }
      case 'sports':
        if (injuries === null) return [];
        return injuryRequests(injuries, [subject.terms.value.league], this.injuries, at).map(
          (request) => this.ask(request.source, request.url, { kind: 'injuries', request }, about),
        );
      default:
        return assertNever(subject);
    }
  };

  readonly learn = ({ url }: EvidenceQuestion, outcome: Outcome, at: EpochMs): string | null => {
    const pending = this.asked.get(url);
    if (pending === undefined) return null;
    this.asked.delete(url);
    return this.isNews(pending.asked, outcome, at) ? pending.about : null;
  };

  /** The exchange's own print of an index. */
  hearIndex(index: string, value: number, at: EpochMs, now: EpochMs): void {
    this.crypto = cryptoKnownWithIndex(this.crypto, index, value, at, now);
  }

  readonly evidenceOf = (market: ListedMarket, at: EpochMs): MarketEvidence => {
    const { addresses, speed, reactions, midAt } = this.options;
    const subject = this.subjectOf(market);
    if (subject.kind === 'other') return silence('not_this_subject');
    if (!subject.terms.ok) return silence(subject.terms.error);
    switch (subject.kind) {
      case 'weather': {
        const terms = subject.terms.value;
        const known = weatherEvidence(terms, this.noaa, at, speed);
        const { evidence } = known;
        if (evidence?.kind !== 'weather' || addresses.nbm === null) return known;
        const sigmaF = nbmSpread(addresses.nbm, terms, this.nbm, at);
        return { ...known, evidence: { ...evidence, sigmaF } };
      }
      case 'crypto': {
        const { asset } = subject.terms.value;
        const evidence = cryptoEvidence(asset, market.closeAt, this.crypto, at);
        if (!evidence.ok) return silence(evidence.error);
        const ageMs = this.age(evidence.value.spotAt, at);
        return { evidence: evidence.value, noSignal: null, ageMs };
      }
      case 'sports': {
        const { injuries } = addresses;
        if (injuries === null) return silence('not_asked');
        const terms = subject.terms.value;
        const evidence = sportsEvidence(injuries, terms, this.injuries, at, {
          reactions,
          midAt: (moment) => midAt(market.ticker, moment),
        });
        if (!evidence.ok) return silence(evidence.error);
        const ageMs = this.age(polledAt(injuries, terms, this.injuries) ?? at, at);
        return { evidence: evidence.value, noSignal: null, ageMs };
      }
      default:
        return assertNever(subject);
    }
  };

  /** One name for all markets that the same answers are about; null: none. */
  readonly aboutOf = (market: ListedMarket): string | null =>
    aboutOf(this.subjectOf(market), this.options.addresses.injuries);

  private ask(
    source: EvidenceQuestion['source'],
    url: string,
    asked: Asked,
    about: string,
  ): EvidenceQuestion {
    this.asked.set(url, { asked, about });
    return { source, url };
  }

  /** Takes the answer in. True: it may move an opinion. */
  private isNews(asked: Asked, outcome: Outcome, at: EpochMs): boolean {
    switch (asked.kind) {
      case 'noaa': {
        const { request } = asked;
        const base = this.options.addresses.noaa ?? '';
        const entry = noaaEntryAfter(this.noaa.get(request.path), request, outcome, at, base);
        this.noaa = noaaKnownWithin(new Map(this.noaa).set(request.path, entry), at);
        return entry.failed === null;
      }
      case 'nbm': {
        const { url } = asked.request;
        const entry = entryAfter(this.nbm.get(url), 'nbm', outcome, at, parseNbm);
        this.nbm = new Map(this.nbm).set(url, entry);
        return entry.failed === null;
      }
      case 'crypto': {
        const { source } = asked.request;
        this.crypto = cryptoKnownAfter(this.crypto, asked.request, outcome, at);
        // The others are recorded and weigh nothing.
        return source === 'spot' && outcome.kind === 'http' && outcome.status === 200;
      }
      case 'injuries': {
        const before = this.injuries.changes[0];
        this.injuries = injuriesKnownAfter(this.injuries, asked.request, outcome, at);
        return this.injuries.changes[0] !== before;
      }
      default:
        return assertNever(asked);
    }
  }

  private age(since: EpochMs, at: EpochMs): DurationMs {
    return durationMs(Math.max(0, Math.round((at - since) / this.options.speed)));
  }

  private subjectOf(market: ListedMarket): Subject {
    const known = this.subjects.get(market) ?? subjectOf(market, this.options.point);
    this.subjects.set(market, known);
    return known;
  }
}
