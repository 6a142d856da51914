import { program } from '../terminal.js';

/** The way from nothing to real money, in the order in which it is walked. */

export type Way = {
  /** Codes of checks that failed. */
  readonly failed: readonly string[];
  readonly mode: 'paper' | 'live';
  readonly environment: 'production' | 'demo' | 'loopback';
  /** A demo has run in this data directory. */
  readonly hasDemo: boolean;
  /** There is a paper ledger of this exchange and account. */
  readonly hasPaper: boolean;
  /** The exchange takes the key. */
  readonly hasKey: boolean;
  /** The paper record speaks for these forecasts. */
  readonly isPaperGood: boolean;
};

export type NextStep = {
  /** `next`: the first that is not done. `done` of the steps before it is not asked for again. */
  readonly state: 'done' | 'next' | 'later';
  readonly what: string;
  /** What to type, or where to read on. */
  readonly how: string;
};

type Part = { readonly isDone: boolean; readonly what: string; readonly how: string };

/** What fails even a demo, which asks for nothing beyond this machine. */
const demoNeeds: ReadonlySet<string> = new Set([
  'node_version',
  'native_modules',
  'settings_valid',
  'data_directory',
  'file_system',
  'free_space',
]);

/** What to do from here on, in order. */
export function nextSteps(way: Way): readonly NextStep[] {
  const { failed, mode, environment, hasDemo, hasPaper, hasKey, isPaperGood } = way;
  const isLive = mode === 'live';
  const mend: readonly Part[] =
    failed.length === 0
      ? []
      : [
          {
            isDone: false,
            what: `Mend what failed above, from the top: ${failed.join(', ')}`,
            how: 'docs/errors.md has every code and what to do',
          },
        ];
  const demo: Part = {
    isDone: hasDemo,
    what: 'Watch it trade on a simulated exchange; needs no key and no network',
    how: 'npm run demo',
  };
  const parts: readonly Part[] = [
    ...(failed.some((code) => demoNeeds.has(code)) ? [...mend, demo] : [demo, ...mend]),
    {
      isDone: hasPaper,
      what: "Trade on paper on the exchange's public prices; needs no key, sends no order",
      how: program,
    },
    {
      isDone: hasKey,
      what: 'Get a key of the demo exchange, which is free and has play money: account, API keys; save the file with mode 600',
      how: `https://demo.kalshi.co, then KALSHI_API_KEY_ID=… KALSHI_PRIVATE_KEY_PATH=… ${program} doctor`,
    },
    {
      isDone: isPaperGood,
      what: 'Trade on paper with the full feed for days, and read what it came to',
      how: `${program}, then summary, calibrate and tearsheet`,
    },
    {
      isDone: isLive && environment !== 'loopback',
      what: 'Send real orders on the demo exchange, the smoke test first',
      how: `BOT_EXECUTION_MODE=live BOT_LIVE_CONFIRM=<key id> BOT_RUN_SMOKE_TEST=true ${program}`,
    },
    {
      isDone: isLive && environment === 'production',
      what: 'Real money, with caps that you can afford to lose',
      how: 'docs/runbooks/go-live.md, step by step',
    },
  ];
  const first = parts.findIndex(({ isDone }) => !isDone);
  return parts.map(({ isDone, what, how }, at) => ({
    state: at === first ? 'next' : isDone ? 'done' : 'later',
    what,
    how,
  }));
}
