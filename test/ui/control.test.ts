// Goal: the texts that the control page gives to copy mean exactly what its fields say, to a shell and to the loader; and it
// keeps no secret.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOfEnv } from '../../src/config/schema.js';
import { secretNames } from '../../src/config/secret-names.js';
import { settingsCatalog } from '../../src/dashboard/settings/catalog.js';
import type { SettingAbout, SettingRow } from '../../src/messages/settings.js';
import {
  type Draft,
  emptyDraft,
  problemsOf,
  valueIn,
  withArgument,
  withValue,
} from '../../src/ui/control/draft.js';
import { keepDraft, keptDraft } from '../../src/ui/control/kept.js';
import { presets } from '../../src/ui/control/presets.js';
import {
  commandLine,
  commandWithFile,
  configText,
  quoted,
  takesFile,
} from '../../src/ui/control/texts.js';
import { closedBecause, verdictOf } from '../../src/ui/control/verdict.js';
import { load, loaded } from '../config/helpers.js';

const catalog = settingsCatalog();

function aboutOf(env: string): SettingAbout {
  const about = catalog.settings.find((one) => one.env === env);
  if (about === undefined) throw new Error(env);
  return about;
}

const draftOf = (preset: string, values: Readonly<Record<string, string>> = {}): Draft =>
  Object.entries(values).reduce<Draft>(
    (draft, [env, text]) => withValue(draft, aboutOf(env), text),
    { ...emptyDraft, preset },
  );

/** The settings that a program finds in its environment when a shell runs the line. */
function inShell(line: string): Readonly<Record<string, string>> {
  const script = line.replace('node dist/main.js', "sh -c 'env -0' program");
  const printed = execFileSync('sh', ['-c', script], {
    env: { PATH: process.env['PATH'] ?? '', KALSHI_API_KEY_ID: 'key $id' },
  });
  const pairs = printed
    .toString()
    .split('\0')
    .map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = '', text = '']) => (keyOfEnv.has(name) ? [[name, text]] : [])),
  );
}

describe('a command line', () => {
  it.each<
    [
      preset: string,
      values: Readonly<Record<string, string>>,
      argument: readonly [string, string] | null,
      line: string,
    ]
  >([
    ['simulator', {}, null, 'node dist/main.js demo'],
    [
      'simulator',
      { BOT_EXECUTION_MODE: 'paper' },
      ['cycles', '3'],
      'node dist/main.js demo --cycles 3',
    ],
    [
      'simulator',
      { BOT_KELLY_FRACTION: '0.1' },
      null,
      'BOT_KELLY_FRACTION=0.1 node dist/main.js demo',
    ],
    [
      'paper',
      { BOT_RUN_ONCE: 'true' },
      null,
      'KALSHI_API_BASE_URL=https://external-api.kalshi.com \\\n  KALSHI_WS_URL=wss://external-api-ws.kalshi.com/trade-api/ws/v2 \\\n  BOT_RUN_ONCE=true \\\n  node dist/main.js',
    ],
    [
      'demo-exchange',
      {},
      null,
      'BOT_EXECUTION_MODE=live \\\n  BOT_LIVE_CONFIRM="$KALSHI_API_KEY_ID" \\\n  node dist/main.js',
    ],
    ['replay', {}, ['path', "it's here"], "node dist/main.js replay 'it'\\''s here' --verify"],
    [
      'replay',
      { BOT_MIN_EDGE_PCT: '0.1', BOT_WATCH_LIST: 'a b' },
      ['verify', 'false'],
      "node dist/main.js replay --set 'watchList=a b' --set minEdgePct=0.1",
    ],
    [
      'live',
      { BOT_EXECUTION_MODE: 'paper', KALSHI_API_BASE_URL: 'http://127.0.0.1:1' },
      null,
      'BOT_EXECUTION_MODE=live \\\n  KALSHI_API_BASE_URL=https://external-api.kalshi.com \\\n  KALSHI_WS_URL=wss://external-api-ws.kalshi.com/trade-api/ws/v2 \\\n  BOT_LIVE_CONFIRM="$KALSHI_API_KEY_ID" \\\n  node dist/main.js',
    ],
  ])('of %s with %j', (preset, values, argument, line) => {
    let draft = draftOf(preset, values);
    if (argument !== null) draft = withArgument(draft, ...argument);
    expect(commandLine(draft, catalog)).toBe(line);
  });

  it('is one word for the shell, whatever is in it', () => {
    const hard = [
      '',
      ' ',
      "'",
      '"',
      '$HOME',
      '`id`',
      '\\',
      '\n',
      '*',
      '~',
      '#',
      '!',
      ';',
      '&&',
      'ä',
      '-x',
    ];
    const some = fc.array(fc.oneof(fc.constantFrom(...hard), fc.string({ maxLength: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(
        fc.array(
          some.map((parts) => parts.join('').replaceAll('\0', '')),
          { minLength: 30, maxLength: 60 },
        ),
        (words) => {
          const script = `printf '%s\\0' ${words.map(quoted).join(' ')}`;
          expect(execFileSync('sh', ['-c', script]).toString().split('\0').slice(0, -1)).toEqual(
            words,
          );
        },
      ),
      { numRuns: 8 },
    );
  });
});

const goodValues: Readonly<Record<string, readonly string[]>> = {
  number: ['0.06', '0.1', '0.50', '1', '5', '20', '100', '600', '0.000001', '00.30'],
  flag: ['true', 'false', '1', '0'],
  text: ['', 'a', 'main', "it's", 'a b,c', '$x "y" \\ z', 'https://example.org/x?y=z#'],
};

describe('what the page writes', () => {
  it('loads to exactly what was asked, as a line in a shell and as a file beside a shorter one', () => {
    const value = ({ rule }: SettingAbout): fc.Arbitrary<string> =>
      fc.constantFrom(...(rule.kind === 'choice' ? rule.words : (goodValues[rule.kind] ?? [])));
    const free = catalog.settings.filter(
      ({ env, sensitive }) => !sensitive && !/BOT_RUN_|BOT_CONFIG_PATH|BOT_DATA_DIR/.test(env),
    );
    const one = fc
      .constantFrom(...free)
      .chain((about) => value(about).map((text) => ({ about, text })));
    const preset = fc.constantFrom(...presets.filter(({ isFixedByCommand }) => !isFixedByCommand));
    let tried = 0;
    fc.assert(
      fc.property(preset, fc.array(one, { maxLength: 12 }), ({ id, fixed }, asked) => {
        const draft = draftOf(
          id,
          Object.fromEntries(asked.map(({ about, text }) => [about.env, text])),
        );
        // The loader has the last word; the page's own check may not be stricter than it.
        const wanted = Object.fromEntries(
          catalog.settings.map((about) => [about.env, valueIn(draft, about)]),
        );
        const { BOT_LIVE_CONFIRM: _, ...plain } = wanted;
        const direct = load({ env: plain });
        if (!direct.ok) return;
        expect(problemsOf(catalog, (about) => valueIn(draft, about))).toEqual([]);
        tried += 1;
        const { BOT_LIVE_CONFIRM: confirm, ...env } = inShell(commandLine(draft, catalog));
        expect(confirm).toBe(fixed['BOT_EXECUTION_MODE'] === 'live' ? 'key $id' : undefined);
        if (!takesFile(draft)) {
          expect(env).toEqual({});
          return;
        }
        const shell = inShell(commandWithFile(draft, catalog));
        const { BOT_LIVE_CONFIRM: __, ...rest } = shell;
        expect(loaded({ env }).settings).toEqual(direct.value.settings);
        expect(loaded({ env: rest, fileText: configText(draft, catalog) }).settings).toEqual(
          direct.value.settings,
        );
      }),
      { numRuns: 40 },
    );
    expect(tried).toBeGreaterThan(4);
  });

  it('says beside each line of the file what it is measured in and would be otherwise', () => {
    const draft = draftOf('demo-exchange', {
      BOT_MIN_EDGE_PCT: '0.10',
      BOT_MAX_DAILY_LOSS: '250',
      BOT_WATCH_LIST: 'a',
    });
    expect(configText(draft, catalog)).toBe(`{
  // Exchange and account
  "executionMode": "live", // default paper

  // Cycle and scan
  "watchList": "a", // default not set

  // Edge
  "minEdgePct": 0.1, // $ per $1 contract; default 0.08

  // Risk
  "maxDailyLoss": 250, // $; default 500
}
`);
    expect(configText(draftOf('simulator'), catalog)).toBe('{\n}\n');
  });
});

describe('what is wrong with a draft', () => {
  it.each<[values: Readonly<Record<string, string>>, problems: readonly string[]]>([
    [{}, []],
    [{ BOT_KELLY_FRACTION: '1.1' }, ['BOT_KELLY_FRACTION']],
    [{ BOT_KELLY_FRACTION: '' }, ['BOT_KELLY_FRACTION']],
    [{ BOT_MAX_DAILY_LOSS: '1e3' }, ['BOT_MAX_DAILY_LOSS']],
    [{ BOT_ACCOUNT: 'Main' }, ['BOT_ACCOUNT']],
    [{ BOT_MIN_FRACTION_PER_TRADE: '0.07' }, ['BOT_MIN_FRACTION_PER_TRADE']],
    [{ BOT_MISPRICING_THRESHOLD: '0.01' }, []],
    [
      { BOT_MISPRICING_THRESHOLD: '0.01', BOT_MIN_CANDIDATES: '2' },
      ['BOT_FALLBACK_MISPRICING_THRESHOLD'],
    ],
    [{ BOT_RUN_ONCE: 'true', BOT_RUN_REPLAY: 'true' }, ['BOT_RUN_REPLAY']],
  ])('%j', (values, problems) => {
    const draft = draftOf('paper', values);
    expect(problemsOf(catalog, (about) => valueIn(draft, about)).map(({ env }) => env)).toEqual(
      problems,
    );
  });
});

describe('what the browser keeps', () => {
  const store = (text: string | null = null) => {
    let kept = text;
    return {
      getItem: () => kept,
      setItem: (_name: string, next: string) => {
        kept = next;
      },
    };
  };

  it('is the draft as it was left', () => {
    const one = store();
    const draft = withArgument(draftOf('replay', { BOT_MIN_EDGE_PCT: '0.1' }), 'path', 'var/x');
    keepDraft(one, draft);
    expect(keptDraft(one, catalog)).toEqual(draft);
  });

  it('is never a secret, nor anything without a field', () => {
    const secrets = Object.fromEntries(
      [...secretNames, 'BOT_LIVE_CONFIRM', 'BOT_X'].map((name) => [name, 'canary']),
    );
    const values = {
      ...secrets,
      BOT_MIN_EDGE_PCT: '0.1',
      BOT_SEED: 7,
      BOT_ACCOUNT: 'x'.repeat(9_000),
    };
    const found = keptDraft(
      store(JSON.stringify({ preset: 'x', values, arguments: { 'replay.key': 'canary' } })),
      catalog,
    );
    expect(found).toEqual({ preset: 'paper', values: { BOT_MIN_EDGE_PCT: '0.1' }, arguments: {} });
    const names = catalog.settings.filter(({ sensitive }) => !sensitive).map(({ env }) => env);
    for (const name of [...secretNames, 'BOT_LIVE_CONFIRM']) expect(names).not.toContain(name);
  });

  it.each(['', '{', '[]', 'null', '7', '{"values":[]}'])('survives %j', (text) => {
    expect(keptDraft(store(text), catalog)).toEqual(emptyDraft);
  });

  it('is nothing where a browser refuses', () => {
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new Error('quota');
      },
    };
    expect(() => keepDraft(refusing, emptyDraft)).not.toThrow();
  });
});

describe('what would come of a value for a running engine', () => {
  const row = (env: string, rest: Partial<SettingRow> = {}): SettingRow => {
    const about = aboutOf(env);
    return {
      ...about,
      value: about.default,
      origin: 'default',
      inFile: null,
      waits: false,
      ...rest,
    };
  };
  it.each<[env: string, text: string, kind: string]>([
    ['BOT_MIN_EDGE_PCT', '0.080', 'same'],
    ['BOT_MIN_EDGE_PCT', '0.09', 'apply'],
    ['BOT_MIN_EDGE_PCT', '0.01', 'by_hand'],
    ['BOT_SCAN_MAX_SPREAD_CENTS', '7', 'apply'],
    ['BOT_SCAN_MAX_SPREAD_CENTS', '9', 'by_hand'],
    ['BOT_INTENTS_BETWEEN_WINDOWS', 'false', 'apply'],
    ['BOT_ADAPTIVE_THRESHOLD_ENABLED', 'true', 'by_hand'],
    ['BOT_VALUATION_MARKETS', '300', 'apply'],
    ['BOT_MIN_EDGE_PCT', '2', 'invalid'],
    ['BOT_MAX_DAILY_LOSS', '499.999999', 'apply'],
    ['BOT_MAX_DAILY_LOSS', '500.000001', 'by_hand'],
    ['BOT_REENTRY_COOLDOWN_SECONDS', '601', 'apply'],
    ['BOT_REENTRY_COOLDOWN_SECONDS', '599', 'by_hand'],
    ['BOT_ENFORCE_EVENT_MUTEX', 'false', 'by_hand'],
    ['BOT_EXECUTION_MODE', 'live', 'by_hand'],
    ['BOT_FORCE_TEST_CANDIDATE', 'true', 'by_hand'],
    ['BOT_SCAN_WS_DELTA_WINDOW_SECS', '3', 'by_hand'],
    ['BOT_EXIT_EDGE', '0.1', 'by_hand'],
    ['BOT_EXIT_EDGE', '2', 'invalid'],
  ])('%s at %s: %s', (env, text, kind) => {
    expect(verdictOf(row(env), text).kind).toBe(kind);
  });

  it('gives the line for the file', () => {
    expect(verdictOf(row('BOT_MAX_DAILY_LOSS'), '900')).toMatchObject({
      line: '"maxDailyLoss": 900,',
    });
  });

  it('says which way a value may go from here, why, and whether the file takes a restart', () => {
    expect(verdictOf(row('BOT_MIN_EDGE_PCT'), '0.01')).toMatchObject({
      why: 'From a page it can only be raised. It keeps small edges from being traded.',
      needsRestart: false,
    });
    expect(verdictOf(row('BOT_MAX_DAILY_LOSS'), '900')).toMatchObject({ needsRestart: true });
    expect(verdictOf(row('BOT_ACCOUNT'), 'b')).toMatchObject({ needsRestart: true });
  });

  it('closes a field that another layer decides', () => {
    expect(closedBecause(row('BOT_FEE_BPS'))).toBe(null);
    expect(closedBecause(row('BOT_FEE_BPS', { origin: 'file' }))).toBe(null);
    expect(closedBecause(row('BOT_FEE_BPS', { origin: 'env' }))).toMatch(
      /environment, which outranks/,
    );
    expect(closedBecause(row('BOT_FEE_BPS', { origin: 'flag' }))).toMatch(
      /command line, which outranks/,
    );
    expect(closedBecause(row('BOT_LIVE_CONFIRM'))).toMatch(/only be set in the environment/);
    expect(closedBecause(row('BOT_CLOCK'))).toMatch(/only be set in the environment/);
  });
});
