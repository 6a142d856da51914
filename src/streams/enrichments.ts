import {
  concat,
  defer,
  distinctUntilKeyChanged,
  EMPTY,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  type SchedulerLike,
  tap,
  timer,
} from 'rxjs';
import type { ListedMarket } from '../domain/market.js';
import { type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { EvidenceSource, Outcome } from '../messages/effect.js';
import type { MarketEvidence } from '../messages/evidence.js';
import type { Catalog, Window } from '../messages/window.js';
import type { Ask } from './ask.js';

export type EvidenceOf = (market: ListedMarket, at: EpochMs) => MarketEvidence;

/** One GET that would tell something. */
export type EvidenceQuestion = { readonly source: EvidenceSource; readonly url: string };

/** What the sources have said so far, and what they should be asked next. Mutable; this stream alone teaches it. */
export interface EvidenceDesk {
  /** What a market's evidence lacks or has outlived. An answer may raise the next question. */
  readonly questions: (market: ListedMarket, at: EpochMs) => readonly EvidenceQuestion[];
  /** What the answer is about, by `aboutOf`'s names; null: it moves no opinion. */
  readonly learn: (question: EvidenceQuestion, outcome: Outcome, at: EpochMs) => string | null;
  /** One name for all markets whose evidence comes from the same answers; null: it has none. */
  readonly aboutOf: (market: ListedMarket) => string | null;
  readonly evidenceOf: EvidenceOf;
}

/** A question was answered, or not. */
export type Enrichment = EvidenceQuestion & {
  readonly outcome: Outcome;
  readonly at: EpochMs;
  /** Markets of the catalog whose evidence may have moved with it. */
  readonly touched: readonly Ticker[];
};

/**
 * Asks the sources about the catalog's markets: in its order, as far as the window's budget of markets goes, one round
 * after the other while answers raise new questions. Markets of one station, coin or feed share their questions, and
 * only the first of them counts. Hosts are asked side by side: whatever one does costs at most its own answers.
 */
export const enrichments = (
  catalogs$: Observable<Catalog>,
  windows$: Observable<Window>,
  ask: Ask,
  desk: EvidenceDesk,
  marketsMax: () => number,
  speed: number,
  scheduler: SchedulerLike,
): Observable<Enrichment> =>
  defer(() => {
    let markets: readonly ListedMarket[] = [];
    /** What was asked about since the last cut, each by the first of its markets. */
    let asked = new Set<string>();
    const now = (): EpochMs => epochMs(scheduler.now());

    const due = (): readonly EvidenceQuestion[] => {
      const questions = new Map<string, EvidenceQuestion>();
      for (const market of markets) {
        if (market.vertical === 'other' || market.status !== 'active') continue;
        const about = desk.aboutOf(market);
        if (about === null || (!asked.has(about) && asked.size >= marketsMax())) continue;
        const wanted = desk.questions(market, now());
        const isNew = wanted.some(({ url }) => !questions.has(url));
        if (!isNew) continue;
        asked.add(about);
        for (const question of wanted) questions.set(question.url, question);
      }
      return [...questions.values()].slice(0, limits.evidenceQuestionsMax);
    };
    const answered = (question: EvidenceQuestion): Observable<Enrichment> =>
      ask({ kind: 'evidence', ...question }).pipe(
        filter((outcome) => outcome.kind !== 'end'),
        map((outcome): Enrichment => {
          const at = now();
          const about = desk.learn(question, outcome, at);
          return { ...question, outcome, at, touched: touchedBy(about) };
        }),
      );
    const touchedBy = (about: string | null): readonly Ticker[] =>
      about === null
        ? []
        : markets.filter((market) => desk.aboutOf(market) === about).map(({ ticker }) => ticker);
    const round = (host: string, left: number): Observable<Enrichment> =>
      defer(() => {
        const questions = left === 0 ? [] : due().filter(({ url }) => hostOf(url) === host);
        if (questions.length === 0) return EMPTY;
        return concat(
          from(questions).pipe(mergeMap(answered, limits.evidenceAsksInFlightMax)),
          round(host, left - 1),
        );
      });
    /** Hosts that are being asked: one that never answers holds up nobody else. */
    const busy = new Set<string>();
    const rounds = (): Observable<Enrichment> => {
      const idle = new Set(due().map(({ url }) => hostOf(url)));
      for (const host of busy) idle.delete(host);
      for (const host of idle) busy.add(host);
      return merge(
        ...[...idle].map((host) =>
          round(host, limits.evidenceRoundsMax).pipe(finalize(() => busy.delete(host))),
        ),
      );
    };

    const everyMs = limits.evidenceSweepMs * speed;
    const listed$ = catalogs$.pipe(
      // What the venue says between scans raises no new question.
      distinctUntilKeyChanged('scannedAt'),
      tap((catalog) => {
        markets = catalog.markets;
      }),
    );
    const cut$ = windows$.pipe(
      tap(() => {
        asked = new Set();
      }),
      filter(() => false),
    );
    return merge(listed$, cut$, timer(everyMs, everyMs, scheduler)).pipe(mergeMap(rounds));
  });

const hostOf = (url: string): string => url.split('/')[2] ?? '';
