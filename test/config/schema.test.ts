import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/config/render.js';
import {
  metaOf,
  type SettingKey,
  type Settings,
  settingKeys,
  settingsSchema,
  spell,
} from '../../src/config/schema.js';
import { loaded, problems } from './helpers.js';

// Goal: every setting that the product promises is here, under its name and with its default.
const promised = `
  BOT_EXECUTION_MODE                 paper
  BOT_EXCHANGE_BACKEND               kalshi
  KALSHI_API_BASE_URL                https://demo-api.kalshi.co
  KALSHI_WS_URL                      wss://demo-api.kalshi.co/trade-api/ws/v2
  KALSHI_MARKET_ALIASES              -
  BOT_MARKET_RESOLUTION              best_effort
  BOT_MAX_DAILY_LOSS                 500
  BOT_MAX_OPEN_EXPOSURE              15000
  BOT_MAX_ORDERS_PER_MIN             20
  BOT_STATE_PATH                     var/state/runtime_state.json
  BOT_JOURNAL_PATH                   var/logs/trade_journal.jsonl
  BOT_MIN_EDGE_PCT                   0.08
  BOT_RUN_SMOKE_TEST                 false
  NOAA_POINT                         39.7456,-97.0892
  SPORTS_INJURY_API_URL              -
  CRYPTO_SENTIMENT_API_URL           https://api.alternative.me/fng/
  BOT_BANKROLL                       10000
  BOT_VALUATION_MARKETS              250
  BOT_ENRICHMENT_MARKETS             25
  BOT_SCAN_MAX_MARKETS               1000
  BOT_SCAN_MIN_VOLUME                1000
  BOT_SCAN_MAX_SPREAD_CENTS          8
  BOT_SCAN_WS_DELTA_WINDOW_SECS      2
  BOT_MISPRICING_THRESHOLD           0.08
  BOT_MIN_CANDIDATES                 0
  BOT_FALLBACK_MISPRICING_THRESHOLD  0.02
  BOT_ADAPTIVE_THRESHOLD_ENABLED     false
  BOT_ADAPTIVE_THRESHOLD_FLOOR       0.01
  BOT_ADAPTIVE_LIQUIDITY_VOLUME_REF  50000
  BOT_ADAPTIVE_SPREAD_REF_CENTS      12
  BOT_ADAPTIVE_CONFIDENCE_WEIGHT     0.20
  BOT_ADAPTIVE_LIQUIDITY_WEIGHT      0.55
  BOT_ADAPTIVE_SPREAD_WEIGHT         0.25
  BOT_FEE_BPS                        15
  BOT_SLIPPAGE_BPS                   20
  BOT_VALUATION_BATCH_SIZE           32
  BOT_VALUATION_TIMEOUT_MS           8000
  ANTHROPIC_BASE_URL                 https://api.anthropic.com
  BOT_ALLOW_HEURISTIC_IN_LIVE        false
  BOT_MAX_TRADES_PER_CYCLE           5
  BOT_MAX_FRACTION_PER_TRADE         0.06
  BOT_MAX_TOTAL_FRACTION_PER_CYCLE   0.20
  BOT_MIN_FRACTION_PER_TRADE         0.005
  BOT_ENFORCE_EVENT_MUTEX            true
  BOT_CYCLE_SECONDS                  600
  BOT_CLAUDE_EVERY_N_CYCLES          1
  BOT_CLAUDE_TRIGGER_MODE            cadence
  BOT_RUN_ONCE                       false
  BOT_FORCE_TEST_CANDIDATE           false
  BOT_CYCLE_ARTIFACTS_ENABLED        true
  BOT_CYCLE_ARTIFACTS_DIR            var/cycles
  BOT_RUN_REPLAY                     false
  BOT_REPLAY_DAYS                    3
  BOT_REPLAY_CYCLES_PER_DAY          144
  BOT_REPLAY_BANKROLL                10000
  BOT_RUN_SUMMARY_ONLY               false
  CLAUDE_MODEL                       claude-haiku-5-5
  BOT_ACCOUNT                        main
  BOT_DATA_DIR                       var
  BOT_CLOCK                          -
  BOT_LIVE_CONFIRM                   -
  BOT_UI_PORT                        8787
  BOT_MAX_EDGE                       0.30
  BOT_EXIT_EDGE                      off
  BOT_KELLY_FRACTION                 0.25
  BOT_REENTRY_COOLDOWN_SECONDS       600
  BOT_MAX_DAYS_TO_CLOSE              30
  BOT_BALANCE_PRECISION              0.0001
  BOT_INTENTS_BETWEEN_WINDOWS        true
  BOT_INFERENCE_GRANT                10
  BOT_INFERENCE_DAILY_CAP            5
  BOT_SHARD_ALLOCATION               0:50,2:30,3:20`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

const byEnv = new Map(settingKeys.map((key) => [metaOf(key).env, metaOf(key)]));

describe('the schema', () => {
  it.each(promised)('has %s with the default %s', (env, initial) => {
    expect(byEnv.get(env ?? '')?.default).toBe(initial === '-' ? '' : initial);
  });

  it('names every setting once and says what it means', () => {
    expect(byEnv.size).toBe(settingKeys.length);
    for (const meta of byEnv.values()) {
      expect(meta.env).toMatch(/^(BOT|KALSHI|NOAA|SPORTS|CRYPTO|CLAUDE|ANTHROPIC)_[A-Z_]+$/);
      expect(meta.description).toMatch(/\.$/);
      expect(meta.allowed).not.toBe('');
    }
  });

  it('survives a structured clone and canonical JSON', () => {
    const { settings } = loaded();
    expect(structuredClone(settings)).toEqual(settings);
    expect(JSON.parse(JSON.stringify(settings))).toEqual(settings);
  });

  it('decodes what it spells, for every default', () => {
    const { settings } = loaded();
    for (const key of settingKeys) {
      const meta = metaOf(key);
      const viaEnv = settingsSchema.shape[key].safeParse(spell(key, settings[key]));
      expect([key, viaEnv.data]).toEqual([key, settings[key]]);
      if (meta.default !== '')
        expect(loaded({ env: { [meta.env]: meta.default } }).settings[key]).toEqual(settings[key]);
    }
  });

  it('refuses a key it does not have', () => {
    const all = Object.fromEntries(settingKeys.map((key) => [key, metaOf(key).default]));
    expect(settingsSchema.safeParse(all).success).toBe(true);
    expect(settingsSchema.safeParse({ ...all, extra: '1' }).success).toBe(false);
  });
});

describe('values', () => {
  const roundTrip = <Key extends SettingKey>(key: Key, text: string): Settings[Key] => {
    const { settings } = loaded({ env: { [metaOf(key).env]: text } });
    expect(loaded({ env: { [metaOf(key).env]: spell(key, settings[key]) } }).settings[key]).toEqual(
      settings[key],
    );
    return settings[key];
  };

  it('reads money to the micro-dollar, for any amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_000, max: 1_000_000_000_000_000 }), (amount) => {
        const digits = String(amount).padStart(7, '0');
        const text = `${digits.slice(0, -6)}.${digits.slice(-6)}`;
        expect(roundTrip('bankroll', text)).toBe(amount);
        expect(loaded({ fileText: `{"bankroll": ${text}}` }).settings.bankroll).toBe(amount);
      }),
    );
  });

  it('reads fractions as the nearest number, for any nine decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (nano) => {
        const text = (nano / 1e9).toFixed(9);
        expect(roundTrip('minEdgePct', text)).toBe(Number(text));
      }),
    );
  });

  it.each([
    ['cycleSeconds', '1', 1],
    ['enforceEventMutex', '0', false],
    ['enforceEventMutex', 'false', false],
    ['forceTestCandidate', '1', true],
    ['balancePrecision', '0.01', 10_000],
    ['scanMinVolume', '12.34', 1_234],
    ['maxDailyLoss', '0.000001', 1],
    ['shardAllocation', '0:100', [{ shard: 0, percent: 100 }]],
    [
      'shardTargets',
      '0:30,2:70',
      [
        { shard: 0, percent: 30 },
        { shard: 2, percent: 70 },
      ],
    ],
    ['shardTargets', '', []],
    ['kalshiApiBaseUrl', 'https://demo-api.kalshi.co/trade-api/v2', 'https://demo-api.kalshi.co'],
  ] as const)('reads %s %s', (key, text, value) => {
    expect(roundTrip(key, text)).toEqual(value);
  });

  const notNumbers =
    'NaN Infinity -Infinity 1e3 0x10 1_000 1,000 +5 .5 5. ten - -- 1.2.3 ٣ null true';
  it.each([...notNumbers.split(' '), '', ' ', '1 2'])('refuses %j as a number', (text) => {
    for (const key of ['cycleSeconds', 'minEdgePct', 'bankroll', 'scanMinVolume'] as const) {
      const found = problems({ env: { [metaOf(key).env]: text } });
      expect(found.map((problem) => [problem.code, problem.subject])).toEqual([
        ['invalid_value', key],
      ]);
    }
  });

  it.each([
    ['BOT_CYCLE_SECONDS', '0'],
    ['BOT_CYCLE_SECONDS', '1.5'],
    ['BOT_MIN_EDGE_PCT', '-0.01'],
    ['BOT_MIN_EDGE_PCT', '1.01'],
    ['BOT_BANKROLL', '0.0000001'],
    ['BOT_BANKROLL', '99999999999999999999'],
    ['BOT_BALANCE_PRECISION', '0.001'],
    ['BOT_EXECUTION_MODE', 'Live'],
    ['BOT_ENFORCE_EVENT_MUTEX', 'yes'],
    ['BOT_ACCOUNT', '../main'],
    ['BOT_ACCOUNT', 'MAIN'],
    ['BOT_SHARD_ALLOCATION', '0:50,2:30'],
    ['BOT_SHARD_ALLOCATION', '0:50,0:50'],
    ['BOT_SHARD_ALLOCATION', ''],
    ['BOT_SHARD_TARGETS', '0:50,2:49'],
    ['BOT_SHARD_TARGETS', '0:100,0:0'],
    ['BOT_DATA_DIR', ''],
    ['BOT_CLOCK', '{}'],
    ['BOT_CLOCK', '{"realOriginMs":1,"marketOriginMs":1,"speed":0}'],
    ['BOT_CLOCK', '{"realOriginMs":1,"marketOriginMs":1,"speed":1,"x":1}'],
    ['BOT_CLOCK', '{"realOriginMs":1.5,"marketOriginMs":1,"speed":1}'],
    ['BOT_CLOCK', '[1]'],
  ])('refuses %s=%j in one line that names it', (env, text) => {
    const [problem, ...rest] = problems({ env: { [env]: text } });
    expect(rest).toEqual([]);
    expect(problem?.code).toBe('invalid_value');
    expect(problem?.message).toMatch(new RegExp(`^environment: ${env} is .*: must be .+$`));
    expect(problem?.message).not.toContain('\n');
  });

  it('refuses what a terminal or a log would obey, whatever the setting', () => {
    const told = problems({ env: { BOT_WATCH_LIST: 'rain\u001b[2J\u202e' } });
    expect(told.map(({ code, message }) => [code, message.includes('without control')])).toEqual([
      ['invalid_value', true],
    ]);
    for (const key of settingKeys)
      expect(
        settingsSchema.shape[key].safeParse(`${spell(key, loaded().settings[key])}\u0007`).success,
      ).toBe(false);
    // JSON may be broken into lines; a table has one for each setting all the same.
    const clock = '{\n\t"realOriginMs": 1, "marketOriginMs": 1,\r\n "speed": 2}';
    expect(settingsSchema.shape.clock.safeParse(clock).success).toBe(true);
    expect(renderTable(loaded({ env: { BOT_DATA_DIR: 'two\r\nlines' } }))).toContain(' two lines ');
  });

  it('shows every origin below the one before, however long an address is', () => {
    const rows = renderTable(loaded()).match(/^ {2}\S.* {2}default$/gm) ?? [];
    expect(rows.length).toBeGreaterThan(90);
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
  });

  it('never throws and never leaves a number that is not finite, whatever the text', () => {
    fc.assert(
      fc.property(fc.constantFrom(...settingKeys), fc.string({ unit: 'binary' }), (key, text) => {
        const result = settingsSchema.shape[key].safeParse(text);
        if (result.success && typeof result.data === 'number')
          expect(Number.isFinite(result.data)).toBe(true);
      }),
    );
  });
});
