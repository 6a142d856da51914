import { flag, money, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

const path = {
  allowed: 'a path',
  check: (value: string) =>
    value.trim() !== '' && !value.includes('\0') && value.length <= 4_096
      ? decoded(value)
      : refused(),
};

/** Where a run keeps its things, and what one process is asked to do. */
export const run = {
  configPath: text(
    {
      env: 'BOT_CONFIG_PATH',
      unit: '',
      default: 'config.jsonc',
      description: 'The settings file. The default may be missing; one that is named must exist.',
      hot: false,
      environmentOnly: true,
    },
    path,
  ),
  dataDir: text(
    {
      env: 'BOT_DATA_DIR',
      unit: '',
      default: 'var',
      description:
        'Directory of everything the engine writes; each ledger has its own directory `<mode>-<environment>-<account>` in it.',
      hot: false,
    },
    path,
  ),
  statePath: text(
    {
      env: 'BOT_STATE_PATH',
      unit: '',
      default: 'var/state/runtime_state.json',
      description: 'State file, replaced atomically. Follows the data directory unless set.',
      hot: false,
    },
    path,
  ),
  journalPath: text(
    {
      env: 'BOT_JOURNAL_PATH',
      unit: '',
      default: 'var/logs/trade_journal.jsonl',
      description: 'Journal of every order step, appended. Follows the data directory unless set.',
      hot: false,
    },
    path,
  ),
  recordingRequired: flag({
    env: 'BOT_RECORDING_REQUIRED',
    unit: '',
    default: 'true',
    description:
      'No order leaves before the inputs it follows from are recorded: a recording that cannot be written stops trading. If false, trading goes on without, and what it does then cannot be replayed.',
    hot: false,
  }),
  recordingsKeepDays: whole(
    {
      env: 'BOT_RECORDINGS_KEEP_DAYS',
      unit: 'days',
      default: '0',
      description:
        'Recordings of runs that ended longer ago are deleted, at a start and every hour; 0 keeps all. Never the one being written.',
      hot: false,
    },
    { min: '0', max: '36500' },
  ),
  recordingsMaxGb: whole(
    {
      env: 'BOT_RECORDINGS_MAX_GB',
      unit: 'GB',
      default: '0',
      description:
        'When all recordings of a ledger are larger together, the oldest are deleted; 0 sets no bound. Never the one being written.',
      hot: false,
    },
    { min: '0', max: '1000000' },
  ),
  cycleArtifactsEnabled: flag({
    env: 'BOT_CYCLE_ARTIFACTS_ENABLED',
    unit: '',
    default: 'true',
    description: 'Write one file per cycle with every verdict and its numbers.',
    hot: false,
  }),
  cycleArtifactsDir: text(
    {
      env: 'BOT_CYCLE_ARTIFACTS_DIR',
      unit: '',
      default: 'var/cycles',
      description: 'Directory of the cycle files. Follows the data directory unless set.',
      hot: false,
    },
    path,
  ),
  chainsEnabled: flag({
    env: 'BOT_CHAINS_ENABLED',
    unit: '',
    default: 'true',
    description:
      'Keep what every decision was made on, for `why` and the dashboard: one compressed file a window, the oldest deleted past 1 GB.',
    hot: false,
  }),
  uiPort: whole(
    {
      env: 'BOT_UI_PORT',
      unit: '',
      default: '8787',
      description: 'Loopback port of the dashboard; 0 takes any that is free.',
      hot: false,
    },
    { min: '0', max: '65535' },
  ),
  runOnce: flag({
    env: 'BOT_RUN_ONCE',
    unit: '',
    default: 'false',
    description: 'Run one cycle and stop: the command `run --once`.',
    hot: false,
    environmentOnly: true,
  }),
  runSummaryOnly: flag({
    env: 'BOT_RUN_SUMMARY_ONLY',
    unit: '',
    default: 'false',
    description: 'Print the totals of past runs and exit: the command `summary`.',
    hot: false,
    environmentOnly: true,
  }),
  runSmokeTest: flag({
    env: 'BOT_RUN_SMOKE_TEST',
    unit: '',
    default: 'false',
    description:
      'Rest one contract at the lowest price, see it, cancel it, see it gone with the cash unchanged, and exit with 0 or 1. Live mode only; never trades.',
    hot: false,
    environmentOnly: true,
  }),
  runReplay: flag({
    env: 'BOT_RUN_REPLAY',
    unit: '',
    default: 'false',
    description:
      'Run synthetic days on the simulated world in process, print totals and exit: the command `synthetic-replay`.',
    hot: false,
    environmentOnly: true,
  }),
  replayDays: whole(
    {
      env: 'BOT_REPLAY_DAYS',
      unit: 'days',
      default: '3',
      description: 'Length of the synthetic replay.',
      hot: false,
    },
    { min: '1', max: '3650' },
  ),
  replayCyclesPerDay: whole(
    {
      env: 'BOT_REPLAY_CYCLES_PER_DAY',
      unit: 'cycles',
      default: '144',
      description: 'Cycles of one synthetic day; a window is so much shorter. Must divide 86400.',
      hot: false,
    },
    { min: '1', max: '86400' },
  ),
  replayBankroll: money(
    {
      env: 'BOT_REPLAY_BANKROLL',
      unit: '$',
      default: '10000',
      description: 'What the synthetic replay starts with.',
      hot: false,
    },
    { min: '1', max: '1000000000' },
  ),
};
