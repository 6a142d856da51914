import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/config/problems.js';
import { editDistance, nearest } from '../../src/config/suggest.js';
import { loaded, problems } from './helpers.js';

const lines = (sources: Parameters<typeof problems>[0]) =>
  problems(sources).map((problem) => `${problem.code} ${problem.message}`);

describe('layers', () => {
  it('lets each layer win over the one before, and remembers which won', () => {
    const file = '{"minEdgePct": 0.1, "feeBps": 10, "slippageBps": 1}';
    const config = loaded({
      fileText: file,
      env: { BOT_FEE_BPS: '11', BOT_SLIPPAGE_BPS: '2' },
      flags: { slippageBps: '3' },
    });
    const { settings, origins, texts } = config;
    expect([settings.minEdgePct, settings.feeBps, settings.slippageBps]).toEqual([0.1, 11, 3]);
    expect([origins.minEdgePct, origins.feeBps, origins.slippageBps, origins.seed]).toEqual([
      'file',
      'env',
      'flag',
      'default',
    ]);
    expect([texts.minEdgePct, texts.feeBps, texts.seed]).toEqual(['0.1', '11', '1']);
  });

  it('gives equal settings equal revisions, however they are spelt', () => {
    const spelt = loaded({ env: { BOT_MIN_EDGE_PCT: '0.10' } }).revision;
    expect(loaded({ fileText: '{"minEdgePct": 0.1}' }).revision).toBe(spelt);
    expect(loaded().revision).not.toBe(spelt);
  });

  it('moves state, journal and cycles with the data directory unless they are set', () => {
    const moved = loaded({ env: { BOT_DATA_DIR: '/data', BOT_JOURNAL_PATH: '/logs/j.jsonl' } });
    expect(moved.settings.statePath).toBe('/data/state/runtime_state.json');
    expect(moved.settings.cycleArtifactsDir).toBe('/data/cycles');
    expect(moved.settings.journalPath).toBe('/logs/j.jsonl');
    expect(moved.texts.statePath).toBe('/data/state/runtime_state.json');
  });

  it('accepts comments, trailing commas, a byte order mark, an empty file and $schema', () => {
    const text = '\uFEFF// mine\n{"$schema": "./x", "feeBps": 1, /* why */ }';
    expect(loaded({ fileText: text }).settings.feeBps).toBe(1);
    expect(loaded({ fileText: '' }).origins.feeBps).toBe('default');
  });

  it('reads objects of the file like their environment spelling', () => {
    const text = '{"shardAllocation": {"0": 60, "3": 40}}';
    expect(loaded({ fileText: text }).settings.shardAllocation).toEqual([
      { shard: 0, percent: 60 },
      { shard: 3, percent: 40 },
    ]);
  });
});

describe('problems', () => {
  it('reports everything at once, each with its place', () => {
    const found = lines({
      fileText: '{\n  "minEdgePtc": 0.1,\n  "feeBps": true,\n  "BOT_BANKROLL": 5\n}',
      env: { BOT_MAX_DAILY_LOS: '1', BOT_BANKROLL: 'much' },
      flags: { cycleSecond: '1', BOT_MIN_EDGE: '1' },
    });
    expect(found).toEqual([
      'unknown_key config.jsonc:2:3: unknown setting "minEdgePtc"; did you mean minEdgePct?',
      'invalid_value config.jsonc:3:3: feeBps is "true": must be a decimal number from 0 to 10000',
      'unknown_key config.jsonc:4:3: in a file BOT_BANKROLL is spelt "bankroll"',
      'unknown_name environment: unknown setting "BOT_MAX_DAILY_LOS"; did you mean BOT_MAX_DAILY_LOSS?',
      'unknown_name command line: unknown setting "cycleSecond"; did you mean cycleSeconds?',
      'unknown_name command line: unknown setting "BOT_MIN_EDGE"; did you mean BOT_MIN_EDGE_PCT?',
      'invalid_value environment: BOT_BANKROLL is "much": must be an amount in dollars from 1 to 1000000000',
    ]);
  });

  it.each([
    ['{"feeBps": 1e3}', 'config.jsonc:1:12: feeBps is "1e3": must be'],
    ['{"feeBps": null}', 'config.jsonc:1:2: feeBps is "null": must be'],
    ['{"feeBps": [1]}', 'config.jsonc:1:2: feeBps is "[1]": must be'],
    ['{"executionMode": 1}', 'config.jsonc:1:2: executionMode is "1": must be paper or live'],
    ['{"enforceEventMutex": "true"}', 'enforceEventMutex is "\\"true\\"": must be true or false'],
    ['{"feeBps": 1, "feeBps": 2}', 'config.jsonc:1:15: "feeBps" is there twice'],
    ['{"feeBps": 1', 'config.jsonc:1:13: a closing brace is missing'],
    ['{"feeBps": NaN}', 'config.jsonc:1:12: there is a word here that JSON does not know'],
    ['{"feeBps": 0x10}', 'config.jsonc:1:13:'],
    ['[]', 'config.jsonc: must be one object'],
    ['3', 'config.jsonc: must be one object'],
    ['{"runOnce": true}', 'runOnce can only be set in the environment, as BOT_RUN_ONCE'],
    ['{"configPath": "x"}', 'configPath can only be set in the environment'],
    ['{"kalshiApiKeyId": "canary"}', '"kalshiApiKeyId" is a secret'],
    ['{"KALSHI_PRIVATE_KEY_PEM": "canary"}', '"KALSHI_PRIVATE_KEY_PEM" is a secret'],
    ['{"marketAliases": {"a,b": "X"}}', 'marketAliases is'],
  ])('refuses the file %s', (text, message) => {
    const [first] = problems({ fileText: text });
    expect(first?.message).toContain(message);
    expect(first?.message).not.toContain('canary');
    expect(first?.message).not.toContain('\n');
  });

  it('refuses a huge file, and names the bound', () => {
    expect(lines({ fileText: `{}${' '.repeat(1_048_576)}` })).toEqual([
      'file_syntax config.jsonc: larger than 1048576 bytes',
    ]);
  });

  const pollution = [
    '{"__proto__": {"feeBps": 9}}',
    '{"constructor": {"prototype": {"polluted": 1}}}',
    '{"prototype": 1}',
    '{"toString": 1}',
    '{"hasOwnProperty": true}',
    '{"marketAliases": {"__proto__": "X"}}',
    '{"shardAllocation": {"__proto__": 100}}',
    '{"clock": {"__proto__": {"speed": 1}}}',
  ];
  it.each(pollution)('is not polluted by %s', (text) => {
    expect(problems({ fileText: text }).length).toBeGreaterThan(0);
    expect(problems({ flags: JSON.parse('{"__proto__": "1", "constructor": "1"}') })).toHaveLength(
      2,
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(loaded().settings.feeBps).toBe(15);
  });

  it('keeps odd bytes of a value on one line and cuts it', () => {
    const [first] = problems({ env: { BOT_BANKROLL: `1\n\u001b[31m${'x'.repeat(500)}` } });
    expect(first?.message).toMatch(/^[\x20-\x7e…]+$/);
    expect(first?.message.length).toBeLessThan(250);
  });
});

describe('names under our prefixes', () => {
  it.each([
    ['BOT_MIN_EDGE', 'BOT_MIN_EDGE_PCT'],
    ['BOT_MIN_EGDE_PCT', 'BOT_MIN_EDGE_PCT'],
    ['BOT_KELY_FRACTION', 'BOT_KELLY_FRACTION'],
    ['KALSHI_API_KEY', 'KALSHI_API_KEY_ID'],
    ['KALSHI_BASE_URL', 'KALSHI_API_BASE_URL'],
    ['NOAA_POINTS', 'NOAA_POINT'],
    ['SPORTS_INJURY_URL', 'SPORTS_INJURY_API_URL'],
    ['CRYPTO_SENTIMENT_URL', 'CRYPTO_SENTIMENT_API_URL'],
    ['CLAUDE_MODLE', 'CLAUDE_MODEL'],
  ])('%s is refused and %s suggested', (name, suggestion) => {
    const [problem, ...rest] = problems({ env: { [name]: 'canary' } });
    expect(rest).toEqual([]);
    expect(problem?.message).toBe(
      `environment: unknown setting "${name}"; did you mean ${suggestion}?`,
    );
  });

  it('suggests nothing for what resembles nothing', () => {
    expect(lines({ env: { BOT_QQQQQQQQQQQQQQQQQQQQQQQQQ: '' } })).toEqual([
      'unknown_name environment: unknown setting "BOT_QQQQQQQQQQQQQQQQQQQQQQQQQ"',
    ]);
  });

  it('leaves the names of others alone', () => {
    const env = {
      PATH: '/bin',
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_LOG: 'debug',
      CLAUDE_CODE_ENTRYPOINT: 'cli',
      KALSHI_API_KEY_ID: 'id',
      KALSHI_PRIVATE_KEY_PEM_FILE: '/run/key',
      ROBOT_X: '1',
    };
    expect(problems({ env })).toEqual([]);
  });

  it('measures distance with swaps, and finds the nearest', () => {
    expect(editDistance('EDGE', 'EGDE')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
    expect(nearest('x'.repeat(10_000), ['y'])).toBeUndefined();
  });
});

describe('relations', () => {
  it.each([
    [{ BOT_MAX_FRACTION_PER_TRADE: '0.3' }, 'BOT_MAX_FRACTION_PER_TRADE (0.3) must not exceed'],
    [{ BOT_MIN_FRACTION_PER_TRADE: '0.1' }, 'BOT_MIN_FRACTION_PER_TRADE (0.1) must not exceed'],
    [
      { BOT_MIN_CANDIDATES: '1', BOT_FALLBACK_MISPRICING_THRESHOLD: '0.5' },
      'BOT_FALLBACK_MISPRICING_THRESHOLD (0.5) must not exceed',
    ],
    [
      { KALSHI_API_BASE_URL: 'https://external-api.kalshi.com' },
      'must belong to the same exchange',
    ],
    [{ KALSHI_API_BASE_URL: 'http://127.0.0.1:1' }, 'must belong to the same exchange'],
    [
      { BOT_CLOCK: '{"realOriginMs":1,"marketOriginMs":2,"speed":60}' },
      'BOT_CLOCK is only for an exchange on loopback',
    ],
  ])('refuses %j', (env, message) => {
    const found = problems({ env });
    expect(found.map((problem) => problem.code)).toEqual(['relation']);
    expect(found[0]?.message).toContain(message);
    expect(exitCodeOf(found)).toBe(3);
  });

  it('takes a simulator’s clock on loopback', () => {
    const clock = { realOriginMs: 1_700_000_000_000, marketOriginMs: 1_800_000_000_000, speed: 60 };
    const env = {
      BOT_CLOCK: JSON.stringify(clock),
      KALSHI_API_BASE_URL: 'http://127.0.0.1:4001',
      KALSHI_WS_URL: 'ws://127.0.0.1:4001/trade-api/ws/v2',
    };
    expect(loaded({ env }).settings.clock).toEqual(clock);
  });

  it.each([
    [{}, []],
    [{ BOT_MIN_EDGE_PCT: '0.09' }, ['min_edge_hides_threshold']],
    [{ BOT_MIN_CANDIDATES: '2' }, ['min_edge_hides_backfill']],
    [{ BOT_ADAPTIVE_THRESHOLD_ENABLED: 'true' }, ['min_edge_hides_adaptation']],
    [{ BOT_MAX_OPEN_EXPOSURE: '900' }, ['market_cap_over_exposure']],
    [{ BOT_BANKROLL: '100' }, ['daily_loss_over_bankroll']],
    [{ BOT_FORCE_TEST_CANDIDATE: 'true' }, ['forced_candidate']],
    [{ BOT_MAX_EDGE: '0.05' }, ['nothing_trades']],
  ])('warns about %j: %j', (env, codes) => {
    expect(loaded({ env }).warnings.map((warning) => warning.code)).toEqual(codes);
  });

  it('refuses disabled certificate checks, save on loopback', () => {
    const env = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    expect(problems({ env }).map((problem) => problem.code)).toEqual(['tls_disabled']);
    const loopback = {
      KALSHI_API_BASE_URL: 'https://localhost:1',
      KALSHI_WS_URL: 'wss://localhost:1/trade-api/ws/v2',
    };
    expect(problems({ env: { ...env, ...loopback } })).toEqual([]);
  });
});
