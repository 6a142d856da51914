import {
  concat,
  defaultIfEmpty,
  EMPTY,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  share,
  takeLast,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { type EpochMs, epochMs, type Ticker } from '../domain/units.js';
import { limits } from '../limits.js';
import type { InferenceCall, InferenceReply, MarketJudgement } from '../messages/inference.js';
import type { Verdict } from '../messages/valuation.js';
import type { SelectedMarket, Selection } from '../messages/window.js';
import { mapNewest } from './operators/map-newest.js';
import { sharedOnce } from './operators/shared-once.js';

/** What Claude has said so far, and what it should be asked next. Mutable; this stream alone teaches it. */
export interface JudgementDesk {
  /** Questions worth their price about these markets. Each counts as asked until its reply is learnt. */
  readonly calls: (markets: readonly SelectedMarket[], at: EpochMs) => readonly InferenceCall[];
  readonly learn: (call: InferenceCall, reply: InferenceReply) => void;
  /** Its age counts from the question. */
  readonly judgementOf: (selected: SelectedMarket, at: EpochMs) => MarketJudgement;
}

export type TriggerMode = 'cadence' | 'on_viable_markets' | 'on_heuristic_candidates';

export type JudgementSettings = {
  /** How long a window waits for answers, market time. */
  readonly waitMs: number;
  readonly everyNCycles: number;
  readonly mode: TriggerMode;
};

export type JudgementPorts = {
  readonly isOn: boolean;
  readonly settings: () => JudgementSettings;
  /** Asks one question; its reply comes once the bill is booked. Never errors. */
  readonly infer: (call: InferenceCall) => Observable<InferenceReply>;
  readonly desk: JudgementDesk;
  /** What the valuation would say of a selection as it is. */
  readonly preview: (selection: Selection) => Observable<readonly Verdict[]>;
};

export type Judged =
  /** A window's markets with what Claude has said about them by now. */
  | { readonly kind: 'selection'; readonly selection: Selection }
  /** An answer that these markets' window may not have waited for. */
  | { readonly kind: 'news'; readonly tickers: readonly Ticker[] }
  | { readonly kind: 'reply'; readonly call: InferenceCall; readonly reply: InferenceReply };

/**
 * Asks Claude about a window's markets, and hands the window on: at once where there is nothing to ask, else when every
 * question is answered or the wait is over. A question outlives its window's wait; its late answer is news. While one
 * window waits only the newest of the later ones is kept.
 */
export const judgements = (
  selections$: Observable<Selection>,
  ports: JudgementPorts,
  scheduler: SchedulerLike,
): Observable<Judged> => {
  const { desk, settings } = ports;
  const now = (): EpochMs => epochMs(scheduler.now());
  /** Cycles that the trigger mode counts. */
  let counted = 0;

  const isTurn = (): boolean => {
    counted += 1;
    return (counted - 1) % settings().everyNCycles === 0;
  };
  /** Whether this cycle is one for Claude; says so once. */
  const turn = (selection: Selection): Observable<boolean> => {
    if (!ports.isOn) return of(false);
    switch (settings().mode) {
      case 'cadence':
        return of(isTurn() && selection.markets.length > 0);
      case 'on_viable_markets':
        return of(selection.markets.length > 0 && isTurn());
      case 'on_heuristic_candidates':
        if (selection.markets.length === 0) return of(false);
        return ports.preview(selection).pipe(
          takeLast(1),
          defaultIfEmpty([]),
          map((verdicts) => verdicts.some(isCandidate) && isTurn()),
        );
    }
  };
  const asked = (call: InferenceCall): Observable<Judged> =>
    ports.infer(call).pipe(
      tap((reply) => desk.learn(call, reply)),
      mergeMap((reply): readonly Judged[] => [
        { kind: 'reply', call, reply },
        ...(reply.kind === 'answered' ? [{ kind: 'news', tickers: call.tickers } as const] : []),
      ]),
    );
  const questions = (selection: Selection): Observable<Judged> =>
    turn(selection).pipe(
      mergeMap((isOurs) =>
        isOurs
          ? from(desk.calls(selection.markets, now())).pipe(
              mergeMap(asked, limits.inferencesInFlightMax),
            )
          : EMPTY,
      ),
    );
  const judged = (selection: Selection): Selection => {
    if (!ports.isOn) return selection;
    const markets = selection.markets.map((one) => ({
      ...one,
      judgement: desk.judgementOf(one, now()),
    }));
    return { ...selection, markets };
  };

  const windows$ = selections$.pipe(
    map((selection) => ({
      selection,
      answers$: questions(selection).pipe(sharedOnce()),
    })),
    share(),
  );
  return merge(
    windows$.pipe(mergeMap(({ answers$ }) => answers$)),
    windows$.pipe(
      mapNewest(({ selection, answers$ }) => {
        const wait$ = timer(settings().waitMs, scheduler);
        const judged$ = of(null).pipe(
          map((): Judged => ({ kind: 'selection', selection: judged(selection) })),
        );
        return concat(answers$.pipe(ignoreElements(), takeUntil(wait$)), judged$);
      }),
    ),
  );
};

const isCandidate = ({ edge, threshold }: Verdict): boolean =>
  edge !== null && threshold !== null && edge >= threshold;
