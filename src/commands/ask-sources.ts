import { defaultIfEmpty, from, lastValueFrom, mergeMap, tap } from 'rxjs';
import type { ListedMarket } from '../domain/market.js';
import type { EpochMs } from '../domain/units.js';
import type { SourcesDesk } from '../engine/evidence-desk.js';
import { limits } from '../limits.js';
import type { EvidenceSource, Outcome } from '../messages/effect.js';
import type { Fetcher } from '../sources/fetcher.js';

export type SourcePorts = {
  readonly desk: SourcesDesk;
  readonly fetch: Fetcher['fetch'];
  /** Market time. */
  readonly now: () => EpochMs;
};

/** A source that was asked; its address without the query, which may hold a key. */
export type SourceAsked = {
  readonly source: EvidenceSource;
  readonly address: string;
  readonly said: string;
};

/** Asks the sources about markets, one round after the other, until no question is left. The desk learns the answers. */
export async function askSources(
  markets: readonly ListedMarket[],
  { desk, fetch, now }: SourcePorts,
): Promise<readonly SourceAsked[]> {
  const asked: SourceAsked[] = [];
  const urls = new Set<string>();
  for (let round = 0; round < limits.evidenceRoundsMax; round += 1) {
    const questions = new Map(
      markets
        .flatMap((market) => desk.questions(market, now()))
        // On a fast clock an answer is out of date before the last one is there: once is enough.
        .filter(({ url }) => !urls.has(url))
        .map((question) => [question.url, question] as const),
    );
    if (questions.size === 0) break;
    for (const url of questions.keys()) urls.add(url);
    await lastValueFrom(
      from([...questions.values()].slice(0, limits.evidenceQuestionsMax)).pipe(
        mergeMap(
          (question) =>
            fetch(question.source, question.url).pipe(
              tap((outcome) => {
                desk.learn(question, outcome, now());
                const { origin, pathname } = new URL(question.url);
                asked.push({
                  source: question.source,
                  address: `${origin}${pathname}`,
                  said: saidOf(outcome),
                });
              }),
            ),
          limits.evidenceAsksInFlightMax,
        ),
        defaultIfEmpty(null),
      ),
    );
  }
  return asked;
}

function saidOf(outcome: Outcome): string {
  if (outcome.kind === 'http') return `HTTP ${outcome.status}`;
  return outcome.kind === 'failed' ? outcome.code : outcome.kind;
}
