// Goal: through the page a person changes what is hot and theirs to change, tightens caps, and nothing else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metaOf, type SettingKey, settingKeys } from '../../../src/config/schema.js';
import { settingAbouts } from '../../../src/dashboard/settings/catalog.js';
import { decideChange } from '../../../src/dashboard/settings/change.js';
import { neverFromPage } from '../../../src/dashboard/settings/never.js';
import { type PageRule, pageRuleOf } from '../../../src/dashboard/settings/page-rules.js';
import { loaded } from '../../config/helpers.js';

type Rest = {
  readonly fileText?: string | null;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Readonly<Record<string, string>>;
  readonly runningText?: string;
};

/** The decision over a file; what runs was read from the same file unless another is given. */
function decide(changes: Readonly<Record<string, string | null>>, rest: Rest = {}) {
  const { fileText = null, env = {}, flags = {} } = rest;
  const file = fileText === null ? null : { path: 'config.jsonc', text: fileText };
  const running = loaded({ env, flags, fileText: rest.runningText ?? fileText ?? '' }).settings;
  return decideChange({ plan: { path: 'config.jsonc', env, flags }, file, running }, changes);
}

describe('a change', () => {
  it('is written into the file, comments and all', () => {
    const fileText = '{\n  // Mine.\n  "seed": 3, // world\n  "minEdgePct": 0.05 // low\n}\n';
    const decided = decide({ BOT_MIN_EDGE_PCT: '0.1', BOT_MAX_DAILY_LOSS: '400.50' }, { fileText });
    expect(decided).toMatchObject({
      ok: true,
      value: {
        text: '{\n  // Mine.\n  "seed": 3, // world\n  "minEdgePct": 0.1, // low\n  "maxDailyLoss": 400.5\n}\n',
        keys: ['minEdgePct', 'maxDailyLoss'],
        settings: { minEdgePct: 0.1, maxDailyLoss: 400_500_000, seed: 3 },
      },
    });
  });

  it('makes a file where there is none, and takes a value out again', () => {
    const made = decide({ BOT_MIN_EDGE_PCT: '0.1' });
    expect(made).toMatchObject({ ok: true, value: { text: '{\n  "minEdgePct": 0.1\n}\n' } });
    const undone = decide({ BOT_MIN_EDGE_PCT: null }, { fileText: '{\n  "minEdgePct": 0.01\n}\n' });
    expect(undone).toMatchObject({
      ok: true,
      value: { text: '{\n}\n', settings: { minEdgePct: 0.08 } },
    });
  });

  type Row = readonly [
    what: string,
    changes: Readonly<Record<string, string | null>>,
    rest: Rest,
    problems: readonly (readonly [env: string | null, code: string, line: string | null])[],
  ];
  it.each<Row>([
    ['an unknown name', { BOT_X: '1' }, {}, [['BOT_X', 'unknown_name', null]]],
    [
      'a bad value',
      { BOT_KELLY_FRACTION: '7' },
      {},
      [['BOT_KELLY_FRACTION', 'invalid_value', null]],
    ],
    [
      'a cap that is loosened',
      { BOT_MAX_DAILY_LOSS: '500.000001' },
      {},
      [['BOT_MAX_DAILY_LOSS', 'loosens_cap', '"maxDailyLoss": 500.000001,']],
    ],
    [
      'a cap whose tighter value would be taken back',
      { BOT_MAX_DAILY_LOSS: null },
      { fileText: '{"maxDailyLoss": 100}' },
      [['BOT_MAX_DAILY_LOSS', 'loosens_cap', null]],
    ],
    [
      'a cap that is looser than what runs, though tighter than the file',
      { BOT_MAX_DAILY_LOSS: '300' },
      { fileText: '{"maxDailyLoss": 900}', runningText: '{"maxDailyLoss": 100}' },
      [['BOT_MAX_DAILY_LOSS', 'loosens_cap', '"maxDailyLoss": 300,']],
    ],
    [
      'a floor that is lowered',
      { BOT_REENTRY_COOLDOWN_SECONDS: '599' },
      {},
      [['BOT_REENTRY_COOLDOWN_SECONDS', 'loosens_cap', '"reentryCooldownSeconds": 599,']],
    ],
    [
      'a guard that is switched off',
      { BOT_ENFORCE_EVENT_MUTEX: 'false' },
      {},
      [['BOT_ENFORCE_EVENT_MUTEX', 'loosens_cap', '"enforceEventMutex": false,']],
    ],
    [
      'a least edge that is lowered, though it is no cap',
      { BOT_MIN_EDGE_PCT: '0' },
      {},
      [['BOT_MIN_EDGE_PCT', 'one_way_from_page', '"minEdgePct": 0,']],
    ],
    [
      'a least edge whose higher value would be taken back',
      { BOT_MIN_EDGE_PCT: null },
      { fileText: '{"minEdgePct": 0.1}' },
      [['BOT_MIN_EDGE_PCT', 'one_way_from_page', null]],
    ],
    [
      'everything that holds trading back without being a cap, all of it named',
      {
        BOT_MISPRICING_THRESHOLD: '0.079',
        BOT_FEE_BPS: '0',
        BOT_CYCLE_SECONDS: '1',
        BOT_MIN_SECONDS_TO_CLOSE: '0',
        BOT_SCAN_MAX_SPREAD_CENTS: '100',
        BOT_SCAN_MIN_VOLUME: '0',
        BOT_MIN_CANDIDATES: '5',
        BOT_ADAPTIVE_THRESHOLD_ENABLED: 'true',
        BOT_INFERENCE_PROFIT_SHARE: '1',
      },
      {},
      [
        ['BOT_MISPRICING_THRESHOLD', 'one_way_from_page', '"mispricingThreshold": 0.079,'],
        ['BOT_FEE_BPS', 'one_way_from_page', '"feeBps": 0,'],
        ['BOT_CYCLE_SECONDS', 'one_way_from_page', '"cycleSeconds": 1,'],
        ['BOT_MIN_SECONDS_TO_CLOSE', 'one_way_from_page', '"minSecondsToClose": 0,'],
        ['BOT_SCAN_MAX_SPREAD_CENTS', 'one_way_from_page', '"scanMaxSpreadCents": 100,'],
        ['BOT_SCAN_MIN_VOLUME', 'one_way_from_page', '"scanMinVolume": 0,'],
        ['BOT_MIN_CANDIDATES', 'one_way_from_page', '"minCandidates": 5,'],
        [
          'BOT_ADAPTIVE_THRESHOLD_ENABLED',
          'one_way_from_page',
          '"adaptiveThresholdEnabled": true,',
        ],
        ['BOT_INFERENCE_PROFIT_SHARE', 'one_way_from_page', '"inferenceProfitShare": 1,'],
      ],
    ],
    [
      'what is dangerous both ways',
      { BOT_SLIPPAGE_BPS: '10000', BOT_EXIT_EDGE: '0', BOT_WATCH_LIST: 'KXTHIN-1' },
      {},
      [
        ['BOT_SLIPPAGE_BPS', 'never_from_page', '"slippageBps": 10000,'],
        ['BOT_EXIT_EDGE', 'never_from_page', '"exitEdge": 0,'],
        ['BOT_WATCH_LIST', 'never_from_page', '"watchList": "KXTHIN-1",'],
      ],
    ],
    [
      'going live',
      { BOT_EXECUTION_MODE: 'live' },
      {},
      [['BOT_EXECUTION_MODE', 'never_from_page', '"executionMode": "live",']],
    ],
    [
      'a trade without edge, though it is hot',
      { BOT_FORCE_TEST_CANDIDATE: 'true' },
      {},
      [['BOT_FORCE_TEST_CANDIDATE', 'never_from_page', '"forceTestCandidate": true,']],
    ],
    [
      'an address',
      { KALSHI_API_BASE_URL: 'http://127.0.0.1:9' },
      {},
      [['KALSHI_API_BASE_URL', 'never_from_page', '"kalshiApiBaseUrl": "http://127.0.0.1:9",']],
    ],
    [
      'the confirmation',
      { BOT_LIVE_CONFIRM: 'x' },
      {},
      [['BOT_LIVE_CONFIRM', 'never_from_page', null]],
    ],
    ['a clock', { BOT_CLOCK: '' }, {}, [['BOT_CLOCK', 'never_from_page', null]]],
    [
      'what waits for a start',
      { BOT_SCAN_WS_DELTA_WINDOW_SECS: '5' },
      {},
      [['BOT_SCAN_WS_DELTA_WINDOW_SECS', 'needs_restart', '"scanWsDeltaWindowSecs": 5,']],
    ],
    [
      'what the environment says',
      { BOT_MIN_EDGE_PCT: '0.2' },
      { env: { BOT_MIN_EDGE_PCT: '0.1' } },
      [['BOT_MIN_EDGE_PCT', 'outranked', null]],
    ],
    [
      'what the command line says',
      { BOT_MIN_EDGE_PCT: '0.2' },
      { flags: { minEdgePct: '0.1' } },
      [['BOT_MIN_EDGE_PCT', 'outranked', null]],
    ],
    [
      'a broken relation',
      { BOT_MAX_FRACTION_PER_TRADE: '0.001' },
      {},
      [['BOT_MIN_FRACTION_PER_TRADE', 'relation', null]],
    ],
    [
      'anything, while the file is broken elsewhere',
      { BOT_MIN_EDGE_PCT: '0.2' },
      { fileText: '{"seed": "x"}', runningText: '' },
      [['BOT_SEED', 'invalid_value', null]],
    ],
    [
      'all of it when one of it is not allowed',
      { BOT_MIN_EDGE_PCT: '0.2', BOT_MAX_DAILY_LOSS: '900' },
      {},
      [['BOT_MAX_DAILY_LOSS', 'loosens_cap', '"maxDailyLoss": 900,']],
    ],
  ])('refuses %s', (_what, changes, rest, problems) => {
    const decided = decide(changes, rest);
    if (decided.ok) throw new Error(decided.value.text);
    expect(decided.error.map(({ env, code, line }) => [env, code, line])).toEqual(problems);
    for (const { text } of decided.error) expect(text).not.toBe('');
  });

  it('points at no place of a text that nobody has', () => {
    const told = (changes: Readonly<Record<string, string>>, fileText: string) => {
      const decided = decide(changes, { fileText, runningText: '' });
      return decided.ok ? [] : decided.error.map(({ text }) => text);
    };
    expect(told({ BOT_KELLY_FRACTION: '7' }, '{}')).toEqual([
      'kellyFraction is "7": must be a decimal number from 0 to 1',
    ]);
    for (const broken of [
      '{"seed": "x"}',
      '{"seed": 1, "seed": 2}',
      '{"nothing": 1}',
      '{"seed": 1',
    ])
      for (const text of told({ BOT_MIN_EDGE_PCT: '0.2' }, broken))
        expect(text).not.toMatch(/config\.jsonc:\d/);
  });

  it('says which way a page may go and why, and that what is hot and no cap takes no restart by hand', () => {
    const textOf = (changes: Readonly<Record<string, string>>): string | undefined => {
      const decided = decide(changes);
      return decided.ok ? 'taken' : decided.error[0]?.text;
    };
    expect(textOf({ BOT_MIN_EDGE_PCT: '0.01' })).toBe(
      'BOT_MIN_EDGE_PCT: From a page it can only be raised. It keeps small edges from being traded. Put the line into config.jsonc.',
    );
    expect(textOf({ BOT_ADAPTIVE_THRESHOLD_ENABLED: 'true' })).toContain('only be switched off.');
    expect(textOf({ BOT_MAX_DAILY_LOSS: '900' })).toMatch(/put the line into \S+ and restart$/);
  });

  it('whatever is asked for, nothing is looser afterwards, and nothing else than asked has changed', () => {
    const value = fc.oneof(
      fc.constantFrom('0', '1', '0.01', '0.5', '7', '600', '100000', 'true', 'false', '', 'x'),
      fc.double({ min: 0, max: 20_000, noNaN: true }).map((n) => n.toFixed(6)),
      fc.constant(null),
    );
    const open = settingKeys.filter((key) => metaOf(key).hot && neverFromPage[key] === undefined);
    const change = fc.tuple(
      fc.oneof(fc.constantFrom(...settingKeys), fc.constantFrom(...open)),
      value,
    );
    const isLooser = (key: SettingKey, before: unknown, after: unknown): boolean =>
      metaOf(key).riskCap === 'max'
        ? Number(after) > Number(before)
        : metaOf(key).riskCap === 'min' && Number(after) < Number(before);
    const isWrongWay = (key: SettingKey, before: unknown, after: unknown): boolean => {
      const rule = pageRuleOf(key);
      if (rule.kind !== 'one_way') return false;
      return rule.way === 'up' ? Number(after) < Number(before) : Number(after) > Number(before);
    };
    let taken = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (pairs) => {
        const fileText = '{"maxDailyLoss": 100, "kellyFraction": 0.2}';
        const changes = Object.fromEntries(pairs.map(([key, text]) => [metaOf(key).env, text]));
        const decided = decide(changes, { fileText });
        if (!decided.ok) return;
        taken += 1;
        const before = loaded({ fileText }).settings;
        const after = loaded({ fileText: decided.value.text }).settings;
        expect(after).toEqual(decided.value.settings);
        for (const key of settingKeys) {
          expect(isLooser(key, before[key], after[key])).toBe(false);
          expect(isWrongWay(key, before[key], after[key])).toBe(false);
          if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
          expect(Object.keys(changes)).toContain(metaOf(key).env);
          expect(metaOf(key).hot && neverFromPage[key] === undefined).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(15);
  });
});

describe('the settings that a page may change', () => {
  const keysOf = (kind: PageRule['kind']): string =>
    settingKeys
      .filter((key) => pageRuleOf(key).kind === kind)
      .sort()
      .join(' ');

  // Whoever adds one says here what a stranger who holds the page's token may do with it.
  it('either way are these', () => {
    expect(keysOf('free')).toBe(
      'claudeEnsemble claudeEveryNCycles claudeModel claudeTriggerMode enrichmentMarkets scanMaxMarkets valuationBatchSize valuationMarkets valuationTimeoutMs',
    );
  });

  it('one way are the caps and these', () => {
    expect(keysOf('one_way')).toBe(
      'adaptiveLiquidityVolumeRef adaptiveSpreadRefCents adaptiveThresholdEnabled adaptiveThresholdFloor cycleSeconds fallbackMispricingThreshold feeBps inferenceProfitShare intentsBetweenWindows maxDaysToClose minCandidates minEdgePct minFractionPerTrade minSecondsToClose mispricingThreshold scanMaxSpreadCents scanMinVolume',
    );
    expect(keysOf('cap')).toBe(
      settingKeys
        .filter((key) => metaOf(key).riskCap !== undefined)
        .sort()
        .join(' '),
    );
  });

  it('have been thought about: each hot one is a cap, one way, free, or never and why', () => {
    for (const key of settingKeys.filter((one) => metaOf(one).hot)) {
      const rule = pageRuleOf(key);
      const isKnown = rule.kind !== 'never' || neverFromPage[key] !== undefined;
      expect([key, isKnown]).toEqual([key, true]);
      if (rule.kind === 'one_way' || rule.kind === 'never') expect(rule.because).toMatch(/\w\.$/);
      // A way needs an order: what is compared as text has none.
      if (rule.kind === 'one_way') expect(metaOf(key).rule.kind).toMatch(/^(?:number|flag)$/);
      if (rule.kind === 'one_way') expect(metaOf(key).rule).not.toMatchObject({ words: ['off'] });
    }
  });

  it('are no address, path, port, command, secret or thing of the environment', () => {
    const risky = settingAbouts().filter(
      ({ env, environmentOnly, sensitive }) =>
        environmentOnly || sensitive || /_(URL|PATH|DIR|PORT|MODE|RUN_\w+)$/.test(env),
    );
    expect(risky.length).toBeGreaterThan(20);
    const open = risky.filter(({ key }) => neverFromPage[key] === undefined).map(({ env }) => env);
    expect(open).toEqual(['BOT_CLAUDE_TRIGGER_MODE']);
  });
});
