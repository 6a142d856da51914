import type { Notice } from '../messages/step.js';
import type { Catalog } from '../messages/window.js';

/**
 * Says what the watch list means: each entry once, and again when that changes. Half a list of markets is no ground to
 * call a name wrong. Bounded by the list.
 */
export class WatchReport {
  private told = new Map<string, string>();
  private hasJudged = false;
  /** Why a run with strict names may not go on: what its first whole list of markets did not resolve. */
  refusal: string | null = null;

  take({ watched, problems }: Catalog, isStrict: boolean): readonly Notice[] {
    if (problems.length > 0) return [];
    const isFirst = !this.hasJudged;
    this.hasJudged = true;
    const told = new Map<string, string>();
    const notices: Notice[] = [];
    for (const { input, ticker, problem } of watched) {
      const meaning = problem === null ? `${ticker}` : problem.code;
      told.set(input, meaning);
      if (this.told.get(input) === meaning) continue;
      if (problem !== null)
        notices.push({
          level: 'warn',
          code: `watch_${problem.code}`,
          text: `watch list: ${problem.text}`,
        });
      else if (ticker !== null)
        notices.push({
          level: 'info',
          code: 'watch_resolved',
          text: `watch list: ${JSON.stringify(input)} is ${ticker}`,
          ticker,
        });
    }
    this.told = told;
    const failed = watched.flatMap(({ problem }) => problem?.text ?? []);
    if (isStrict && isFirst && failed.length > 0)
      this.refusal = `BOT_WATCH_LIST: ${failed.join(' · ')}; with BOT_MARKET_RESOLUTION=strict every name has to mean one market`;
    return notices;
  }
}
