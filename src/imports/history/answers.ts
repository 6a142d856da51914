import { err, ok, type Result } from '../../domain/result.js';
import type { DecodeProblem } from '../../exchange/venue.js';
import type { Outcome } from '../../messages/effect.js';
import type { HistoryProblem } from './job.js';

export type Page = Outcome & { readonly kind: 'http' };

/** The pages of an answer, if all of it came; else why it cannot be gone on with. */
export function pagesOf(outcomes: readonly Outcome[]): Result<readonly Page[], HistoryProblem> {
  const pages: Page[] = [];
  for (const outcome of outcomes) {
    if (outcome.kind === 'end') continue;
    const page = pageOf(outcome);
    if (!page.ok) return page;
    pages.push(page.value);
  }
  return ok(pages);
}

export const pageOf = (outcome: Outcome): Result<Page, HistoryProblem> =>
  outcome.kind === 'http' && outcome.status === 200 ? ok(outcome) : err(failed(outcome));

/** The exchange does not know what it was asked for. */
export const isNotFound = (outcomes: readonly Outcome[]): boolean =>
  outcomes.some((outcome) => outcome.kind === 'http' && outcome.status === 404);

export const oddAnswer = (path: string, { code, where, text }: DecodeProblem): HistoryProblem => ({
  code: 'history_odd_answer',
  detail: `${path}: ${code} at ${where}: ${text}`,
  fix: 'the exchange answers otherwise than this build knows; nothing was imported',
  exitCode: 1,
});

function failed(outcome: Outcome): HistoryProblem {
  const again = 'nothing was imported; try it again';
  if (outcome.kind === 'failed') {
    const isOurs = outcome.code === 'too_large' || outcome.code === 'cursor_loop';
    const detail = `${outcome.code}: ${outcome.detail}`;
    return isOurs
      ? { code: 'history_too_large', detail, fix: 'ask for less at once', exitCode: 2 }
      : { code: 'history_unreachable', detail, fix: again, exitCode: 5 };
  }
  if (outcome.kind !== 'http')
    return { code: 'history_refused', detail: outcome.kind, fix: again, exitCode: 1 };
  const { status, path, body } = outcome;
  const detail = `HTTP ${status} from ${path}: ${body.slice(0, 200)}`;
  // What a later attempt may get; it was asked for again already.
  return status === 429 || status >= 500
    ? { code: 'history_unreachable', detail, fix: again, exitCode: 5 }
    : { code: 'history_refused', detail, fix: again, exitCode: 1 };
}
