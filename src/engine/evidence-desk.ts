import { environmentOf } from '../config/addresses.js';
import type { Settings } from '../config/schema.js';
import type { ListedMarket } from '../domain/market.js';
import type { Result } from '../domain/result.js';
import { type DurationMs, durationMs, type EpochMs } from '../domain/units.js';
import type { Outcome } from '../messages/effect.js';
import type { MarketEvidence, NoSignal } from '../messages/evidence.js';
import {
  type NoaaKnown,
  type NoaaRequest,
  noaaEntryAfter,
  noaaKnownWithin,
} from '../sources/noaa/known.js';
import { noaaRequests } from '../sources/noaa/plan.js';
import { type WeatherSubject, weatherSubject } from '../sources/noaa/station.js';
import { weatherEvidence } from '../sources/noaa/weather-evidence.js';
import { cryptoEvidence } from '../sources/spot/crypto-evidence.js';
import {
  type CryptoAddresses,
  type CryptoRequest,
  cryptoKnownAfter,
  cryptoRequests,
  nothingKnown,
} from '../sources/spot/crypto-known.js';
import type { EvidenceDesk, EvidenceQuestion } from '../streams/enrichments.js';
import { type CryptoTerms, cryptoTerms } from '../valuation/crypto-terms.js';

/** Where the sources are; null: not asked. */
export type EvidenceAddresses = {
  readonly noaa: string | null;
  readonly crypto:
    | (Omit<CryptoAddresses, 'sentiment'> & { readonly sentiment: string | null })
    | null;
};

/**
 * The configured addresses. On a simulator only those on loopback: the weather and the prices of the real world say
 * nothing about its markets.
 */
export function evidenceAddresses(settings: Settings): EvidenceAddresses {
  const isSimulated = environmentOf(settings) === 'loopback';
  const usable = (url: string | null): string | null =>
    url !== null && (!isSimulated || isLoopback(url)) ? url.replace(/\/$/, '') : null;
  const coinbase = usable(settings.coinbaseBaseUrl);
  const kraken = usable(settings.krakenBaseUrl);
  const blockchain = usable(settings.blockchainBaseUrl);
  const mempool = usable(settings.mempoolBaseUrl);
  const isWhole = coinbase !== null && kraken !== null && blockchain !== null && mempool !== null;
  const sentiment = usable(settings.cryptoSentimentApiUrl);
  return {
    noaa: usable(settings.noaaBaseUrl),
    crypto: isWhole ? { coinbase, kraken, blockchain, mempool, sentiment } : null,
  };
}

const isLoopback = (url: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname);

type Asked =
  | { readonly kind: 'noaa'; readonly request: NoaaRequest }
  | { readonly kind: 'crypto'; readonly request: CryptoRequest };

const silence = (noSignal: NoSignal): MarketEvidence => ({ evidence: null, noSignal, ageMs: null });

/**
 * What the sources have said in this run, and what it says about a market. Learns only from outcomes that came through
 * the log, so that a replay knows the same. Subjects are read from a market's own rules, once.
 */
export class SourcesDesk implements EvidenceDesk {
  private readonly addresses: EvidenceAddresses;
  private readonly speed: number;
  private noaa: NoaaKnown = new Map();
  private crypto = nothingKnown;
  private readonly asked = new Map<string, Asked>();
  private readonly weather = new WeakMap<ListedMarket, Result<WeatherSubject, NoSignal>>();
  private readonly coins = new WeakMap<ListedMarket, Result<CryptoTerms, NoSignal>>();

  constructor(addresses: EvidenceAddresses, speed: number) {
    this.addresses = addresses;
    this.speed = speed;
  }

  readonly questions = (market: ListedMarket, at: EpochMs): readonly EvidenceQuestion[] => {
    const { addresses } = this;
    switch (market.vertical) {
      case 'weather': {
        const subject = this.weatherOf(market);
        const { noaa } = addresses;
        if (!subject.ok || noaa === null) return [];
        return noaaRequests(subject.value, this.noaa, at).map((request) =>
          this.ask(`${noaa}${request.path}`, { kind: 'noaa', request }, 'noaa'),
        );
      }
      case 'crypto': {
        const terms = this.coinOf(market);
        const { crypto } = addresses;
        if (!terms.ok || crypto === null) return [];
        const sentiment = crypto.sentiment ?? '';
        return cryptoRequests([terms.value.asset], this.crypto, at, { ...crypto, sentiment })
          .filter(({ url }) => url !== '')
          .map((request) => this.ask(request.url, { kind: 'crypto', request }, request.source));
      }
      case 'sports':
      case 'other':
        return [];
    }
  };

  readonly learn = ({ url }: EvidenceQuestion, outcome: Outcome, at: EpochMs): void => {
    const asked = this.asked.get(url);
    if (asked === undefined) return;
    this.asked.delete(url);
    if (asked.kind === 'crypto') {
      this.crypto = cryptoKnownAfter(this.crypto, asked.request, outcome, at);
      return;
    }
    const { request } = asked;
    const entry = noaaEntryAfter(
      this.noaa.get(request.path),
      request,
      outcome,
      at,
      this.addresses.noaa ?? '',
    );
    this.noaa = noaaKnownWithin(new Map(this.noaa).set(request.path, entry), at);
  };

  readonly evidenceOf = (market: ListedMarket, at: EpochMs): MarketEvidence => {
    switch (market.vertical) {
      case 'weather': {
        const subject = this.weatherOf(market);
        if (!subject.ok) return silence(subject.error);
        return weatherEvidence(subject.value, this.noaa, at, this.speed);
      }
      case 'crypto': {
        const terms = this.coinOf(market);
        if (!terms.ok) return silence(terms.error);
        const evidence = cryptoEvidence(terms.value.asset, market.closeAt, this.crypto, at);
        if (!evidence.ok) return silence(evidence.error);
        return {
          evidence: evidence.value,
          noSignal: null,
          ageMs: this.age(evidence.value.spotAt, at),
        };
      }
      case 'sports':
      case 'other':
        return silence('not_this_subject');
    }
  };

  private ask(url: string, asked: Asked, source: EvidenceQuestion['source']): EvidenceQuestion {
    this.asked.set(url, asked);
    return { source, url };
  }

  private age(since: EpochMs, at: EpochMs): DurationMs {
    return durationMs(Math.max(0, Math.round((at - since) / this.speed)));
  }

  private weatherOf(market: ListedMarket): Result<WeatherSubject, NoSignal> {
    const known = this.weather.get(market) ?? weatherSubject(market);
    this.weather.set(market, known);
    return known;
  }

  private coinOf(market: ListedMarket): Result<CryptoTerms, NoSignal> {
    const known = this.coins.get(market) ?? cryptoTerms(market, market.settlementSources);
    this.coins.set(market, known);
    return known;
  }
}
