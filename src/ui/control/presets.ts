/** What a person sets out to do. Each is a command with what it fixes; everything else is theirs to set. */

export type Argument = {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  /** As the command takes it: after its flag, or alone; a switch has no text of its own. */
  readonly kind: 'text' | 'number' | 'switch';
  readonly flag: string | null;
  readonly initial: string;
  readonly isRequired: boolean;
};

export type Preset = {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** After `node dist/main.js`. */
  readonly command: readonly string[];
  readonly arguments: readonly Argument[];
  /** By environment name: what makes it this preset, and cannot be set otherwise under it. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The command brings what is fixed by itself, so that nobody has to spell it. */
  readonly isFixedByCommand: boolean;
  /** Settings on the command line are assignments before it, or `--set` after it. */
  readonly spelling: 'environment' | 'set';
  /** It asks for keys: they stay in the shell that runs the command. */
  readonly needsKey: boolean;
  readonly notes: readonly string[];
};

const argument = (
  name: string,
  label: string,
  hint: string,
  rest: Partial<Omit<Argument, 'name' | 'label' | 'hint'>> = {},
): Argument => ({
  name,
  label,
  hint,
  kind: 'text',
  flag: `--${name}`,
  initial: '',
  isRequired: false,
  ...rest,
});

const production = {
  KALSHI_API_BASE_URL: 'https://external-api.kalshi.com',
  KALSHI_WS_URL: 'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
};
const demoExchange = {
  KALSHI_API_BASE_URL: 'https://demo-api.kalshi.co',
  KALSHI_WS_URL: 'wss://demo-api.kalshi.co/trade-api/ws/v2',
};

const plain = {
  command: [],
  arguments: [],
  isFixedByCommand: false,
  spelling: 'environment',
  needsKey: false,
} as const;

export const presets: readonly Preset[] = [
  {
    ...plain,
    id: 'simulator',
    title: 'Simulator',
    about: 'A simulated exchange on this machine: the real order path, no key, no real money.',
    command: ['demo'],
    arguments: [
      argument('cycles', 'Windows', 'stop after so many; empty: until interrupted', {
        kind: 'number',
      }),
      argument('seed', 'Seed', 'of the simulated world; empty: 7', { kind: 'number' }),
      argument('speed', 'Speed', 'market seconds per second; empty: 60', { kind: 'number' }),
    ],
    fixed: {
      BOT_EXECUTION_MODE: 'live',
      BOT_EXCHANGE_BACKEND: 'paper_sim',
      BOT_ALLOW_HEURISTIC_IN_LIVE: 'true',
    },
    isFixedByCommand: true,
    notes: ['At its end it compares its ledger with the exchange’s own books.'],
  },
  {
    ...plain,
    id: 'paper',
    title: 'Paper',
    about: 'The real exchange’s market data; orders are filled on paper and never sent.',
    fixed: {
      BOT_EXECUTION_MODE: 'paper',
      BOT_EXCHANGE_BACKEND: 'kalshi',
      ...production,
    },
    notes: [
      'Works without a key, from public lists and books that are fetched on demand; with one it has the live feed.',
    ],
  },
  {
    ...plain,
    id: 'demo-exchange',
    title: 'Demo exchange',
    about: 'Live mode on the exchange’s own demo, with a demo key: real orders, play money.',
    fixed: {
      BOT_EXECUTION_MODE: 'live',
      BOT_EXCHANGE_BACKEND: 'kalshi',
      ...demoExchange,
    },
    needsKey: true,
    notes: [
      'node dist/main.js doctor must pass first, with the same settings.',
      'BOT_RUN_SMOKE_TEST=true rests one order, sees it and cancels it; it never trades.',
    ],
  },
  {
    ...plain,
    id: 'replay',
    title: 'Replay',
    about: 'A recording through the same engine; a setting shows what it would have changed.',
    command: ['replay'],
    arguments: [
      argument('path', 'Recording', 'folder of a run’s recording, or a raw capture', {
        flag: null,
        isRequired: true,
      }),
      argument('verify', 'Verify', 'compare every decision with the recorded one', {
        kind: 'switch',
        initial: 'true',
      }),
      argument('speed', 'Speed', '1: as fast as the run was; empty: as fast as it goes', {
        kind: 'number',
      }),
    ],
    fixed: {},
    spelling: 'set',
    notes: ['A recording has its own settings: what is set here is asked as a question of it.'],
  },
  {
    ...plain,
    id: 'record',
    title: 'Record',
    about: 'Market data to disk and no decisions: quotes and trades without a key, depth with one.',
    command: ['record'],
    arguments: [
      argument('out', 'Folder', 'to write to; empty or absent', {}),
      argument('seconds', 'Seconds', 'stop after so long; empty: when interrupted', {
        kind: 'number',
      }),
      argument('tickers', 'Markets', 'by comma; empty: the busiest ones', {}),
    ],
    fixed: { BOT_EXCHANGE_BACKEND: 'kalshi', ...production },
    notes: [],
  },
  {
    ...plain,
    id: 'live',
    title: 'Live',
    about: 'Real orders with real money on the real exchange. You can lose all of it.',
    fixed: {
      BOT_EXECUTION_MODE: 'live',
      BOT_EXCHANGE_BACKEND: 'kalshi',
      ...production,
    },
    needsKey: true,
    notes: [
      'First paper for days, then the demo exchange, then the smoke test (docs/runbooks/go-live.md).',
      'node dist/main.js doctor must pass; the run makes its checks again and refuses past one that failed.',
    ],
  },
];

export const presetOf = (id: string): Preset | undefined =>
  presets.find((preset) => preset.id === id);
