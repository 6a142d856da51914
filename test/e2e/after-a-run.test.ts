// Goal: what a run leaves is enough for everything that is made of it afterwards: tables, pages, sums, backtests, sweeps. One
// demo, with somebody in Claude's place, is looked at from all sides, through the program as it is compiled.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runBacktest } from '../../src/backtest/backtest.js';
import type { BacktestTotals } from '../../src/backtest/job.js';
import { sha256 } from '../../src/domain/chain.js';
import type { VerdictRow } from '../../src/domain/records.js';
import { linesOf as recorded, resealed, write } from '../support/altered-recording.js';
import { MessagesApi } from '../support/messages-api.js';
import { chromiumHere, openedPage } from '../support/opened-page.js';
import {
  cleanUp,
  type Env,
  jsonOf,
  type LedgerLine,
  ledgerExport,
  linesOf,
  newFolder,
  run,
  start,
  textOf,
  until,
} from './support.js';

const model = 'claude-haiku-5-5';
const apiKey = 'sk-ant-e2e-canary-3b70';
let api: MessagesApi;
let claude: Env;
let folder: string;
let home: string;
let recording: string;
let demo: Record<string, unknown>;
let ledger: readonly LedgerLine[];

const bodies = (kind: string) =>
  ledger.map(({ body }) => body).filter((body) => body.kind === kind);
const rows = (): readonly VerdictRow[] =>
  bodies('cycle').flatMap((body) => body['verdicts'] as readonly VerdictRow[]);

beforeAll(async () => {
  // Of each market another word, and always the same.
  const p = ({ id }: { readonly id: string }) =>
    0.2 + (Number(`0x${sha256(id).slice(0, 2)}`) / 255) * 0.6;
  api = await MessagesApi.start({ apiKey, models: { [model]: 'active' }, p });
  claude = {
    ANTHROPIC_API_KEY: apiKey,
    ANTHROPIC_BASE_URL: api.url,
  };
  folder = newFolder();
  const few = ['--set', 'scanMaxMarkets=150', '--set', 'valuationBatchSize=4'];
  const { code, out, err } = await run(['demo', '--cycles', '2', ...few, '--json', '--no-ui'], {
    BOT_DATA_DIR: folder,
    ...claude,
  });
  expect(code, err).toBe(0);
  demo = jsonOf(out);
  recording = String(demo['recording']);
  home = recording.replace(/\/recordings.*/, '');
  ledger = await ledgerExport(home);
  expect(Number((demo['orders'] as Record<string, number>)['filled'])).toBeGreaterThan(0);
});
afterAll(async () => {
  await api.close();
  await cleanUp();
});

describe('export --parquet', () => {
  type Read = Readonly<Record<string, unknown>>;
  let tables: Readonly<Record<string, readonly Read[]>>;

  beforeAll(async () => {
    const to = join(folder, 'tables');
    const { code, out, err } = await run(['export', '--parquet', to, '--home', home, '--json']);
    expect([code, err]).toEqual([0, '']);
    const names = Object.keys(jsonOf(out)['rows'] as object);
    const read = async (name: string): Promise<[string, readonly Read[]]> => {
      const file = await asyncBufferFromFile(join(to, `${name}.parquet`));
      return [name, await parquetReadObjects({ file })];
    };
    tables = Object.fromEntries(await Promise.all(names.map(read)));
    expect(jsonOf(out)['rows']).toEqual(
      Object.fromEntries(Object.entries(tables).map(([name, all]) => [name, all.length])),
    );
  });

  it('has what the ledger has, row by row', () => {
    const of = (name: string, ...columns: readonly string[]) =>
      tables[name]?.map((row) => columns.map((column) => row[column]));
    const whole = (value: unknown): bigint => BigInt(Number(value));
    expect(of('fills', 'trade_id', 'ticker', 'count_e2', 'yes_price_e4', 'fee_micros')).toEqual(
      bodies('fill').map((fill) => [
        fill['tradeId'],
        fill['ticker'],
        ...[fill['count'], fill['yesPrice'], fill['fee']].map(whole),
      ]),
    );
    const terms = bodies('intent').map(
      (body) => body['terms'] as Readonly<Record<string, unknown>>,
    );
    expect(of('orders', 'client_order_id', 'ticker', 'side', 'limit_e4', 'count_e2')).toEqual(
      terms.map((one) => [
        one['clientOrderId'],
        one['ticker'],
        one['side'],
        ...[one['limit'], one['count']].map(whole),
      ]),
    );
    expect(of('decisions', 'ticker', 'reason', 'model', 'twice_mid_e4')).toEqual(
      rows().map((row) => [row[0], row[11], row[2], row[5] === null ? null : whole(row[5])]),
    );
    const filled = tables['orders']?.filter(({ outcome }) => outcome === 'filled');
    expect(filled?.length).toBe((demo['orders'] as Record<string, number>)['filled']);
  });

  it('has postings whose sums are the run’s, and quotes that do not cross', () => {
    const sum = (account: string): bigint =>
      (tables['postings'] ?? []).reduce(
        (all, row) => all + (row['account'] === account ? (row['amount_micros'] as bigint) : 0n),
        0n,
      );
    expect(sum('fees')).toBe(BigInt(Number(demo['feesMicros'])));
    expect(sum('inference_expense')).toBe(BigInt(Number(demo['inferenceMicros'])));
    const touched = (tables['quotes'] ?? []).filter(
      (row) => row['yes_bid_e4'] !== null && row['yes_ask_e4'] !== null,
    );
    expect(touched.length).toBeGreaterThan(100);
    const crossed = touched.filter(
      (row) => (row['yes_bid_e4'] as bigint) >= (row['yes_ask_e4'] as bigint),
    );
    expect(crossed).toEqual([]);
    expect(tables['trades']?.length).toBeGreaterThan(10);
  });
});

describe('sums and pages', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromiumHere();
  });
  afterAll(() => browser.close());
  const look = async (path: string) => {
    const { said, asked, seen, text } = await openedPage(browser, path, {
      width: 360,
      colorScheme: 'dark',
    });
    const { width, cut } = seen;
    expect({ said, asked, width, cut }).toEqual({ said: [], asked: [], width: 360, cut: 0 });
    expect(seen.ink.every((ink) => ink > 500)).toBe(true);
    expect(seen.ink).toHaveLength(2);
    return text;
  };

  it('summary and tearsheet say what the run said of itself', async () => {
    const [sums, page] = await Promise.all([
      run(['summary', '--home', home, '--json']),
      run(['tearsheet', '--home', home, '--json']),
    ]);
    const { feesMicros, realizedPnlMicros, inferenceMicros } = demo;
    expect(jsonOf(sums.out)).toMatchObject({ feesMicros, realizedPnlMicros, inferenceMicros });
    expect(page.code, page.err).toBe(0);
    expect(jsonOf(page.out)).toMatchObject({ feesMicros, realizedPnlMicros });
    const text = await look(String(jsonOf(page.out)['path']));
    expect(text).toContain('A simulated exchange: no real money.');
    expect(text).toContain(`${model}, `);
  });

  it('a backtest of it makes a page that says what its fills are', async () => {
    const path = join(folder, 'backtest.html');
    const { code, out, err } = await run(['backtest', recording, '--tearsheet', path, '--json']);
    expect([code, err]).toEqual([0, '']);
    const [{ totals = {} } = {}] = jsonOf(out)['recordings'] as readonly {
      readonly totals?: Readonly<Record<string, BacktestTotals>>;
    }[];
    const text = await look(path);
    expect(text).toContain('Fills are estimates: a model made them, no exchange did.');
    expect(text).toMatch(/pessimistic\s+realistic\s+optimistic/);
    const orders = Object.values(totals).map(({ orders: { submitted } }) => submitted);
    expect(text).toMatch(new RegExp(`\norders\\s+${orders.join('\\s+')}\n`));
    expect(text).toContain(totals['realistic']?.ledgerHash);
  });
});

describe('a backtest of a run that asked Claude', () => {
  const backtest = async (settings: Readonly<Record<string, string>>) => {
    const verdicts: VerdictRow[] = [];
    const job = { recording, settings, seed: 1, fromMs: null, toMs: null };
    const done = await runBacktest(
      { ...job, fills: 'realistic' },
      {
        onStep: (step) => {
          if (step.kind !== 'records') return;
          for (const { body } of step.records)
            if (body.kind === 'cycle') verdicts.push(...body.verdicts);
        },
      },
    );
    if (!done.ok) throw new Error(done.error.detail);
    return { asked: done.value.tape.asked['infer'], verdicts };
  };
  const [wordModel, word, noSignal] = [13, 14, 19] as const;
  const wordsOf = (all: readonly VerdictRow[]) =>
    all.filter((row) => row[wordModel] === 'claude').map((row) => [row[0], row[word]] as const);

  it('takes its answers from the recording, where the same is asked, and asks nobody', async () => {
    const before = api.requests.length;
    const { asked, verdicts } = await backtest({});
    expect(asked).toMatchObject({ older: 0, missing: 0 });
    expect(asked?.answered).toBeGreaterThan(1);
    // When a window is valued differs by the time that took then; what Claude said does not.
    const recordedWords = new Map(wordsOf(rows()));
    const common = wordsOf(verdicts).filter(([ticker]) => recordedWords.has(ticker));
    expect(common.length).toBeGreaterThan(4);
    for (const [ticker, said] of common) expect(said, ticker).toBe(recordedWords.get(ticker));
    expect(api.requests).toHaveLength(before);
  });

  it('has no signal where it would have asked something else, and counts it', async () => {
    const before = api.requests.length;
    const { asked, verdicts } = await backtest({ valuationBatchSize: '32' });
    expect(asked).toMatchObject({ answered: 0, older: 0 });
    expect(asked?.missing).toBeGreaterThan(0);
    expect(wordsOf(verdicts)).toEqual([]);
    const told = new Set(wordsOf(rows()).map(([ticker]) => ticker));
    const without = verdicts.filter((row) => told.has(row[0]));
    expect(without.length).toBeGreaterThan(4);
    for (const row of without) expect(row[noSignal], String(row[0])).not.toBeNull();
    expect(api.requests).toHaveLength(before);
  });
});

describe('sweep', () => {
  it('interrupted and taken up again is the table of one that was not', async () => {
    const spec = join(folder, 'edge.jsonc');
    writeFileSync(
      spec,
      JSON.stringify({
        recordings: [recording],
        vary: { minEdgePct: [0.02, 0.08, 0.3] },
        walkForward: { testShare: 0.4 },
      }),
    );
    const args = (out: string) => ['sweep', spec, '--jobs', '2', '--json', '--out', out];
    const broken = join(folder, 'broken');
    const kept = (): readonly string[] => linesOf(textOf(join(broken, 'results.ndjson')));
    const first = start(args(broken));
    await until('a result', () => kept().length >= 2, { log: first.err });
    first.child.kill('SIGINT');
    const { code, out } = await first.ended;
    expect([code, out]).toEqual([1, '']);
    const before = kept().length;
    const again = await run(args(broken));
    const straight = await run(args(join(folder, 'straight')));
    expect([again.code, straight.code]).toEqual([0, 0]);
    const [resumed, whole] = [jsonOf(again.out), jsonOf(straight.out)];
    expect(Number(resumed['ran'])).toBe(Number(whole['jobs']) - before);
    expect(resumed['rows']).toEqual(whole['rows']);
    expect(resumed['folds']).toEqual(whole['folds']);
  });
});

describe('what is no recording, or not of this build', () => {
  let cases: readonly (readonly [name: string, path: string, code: number, says: RegExp])[];
  beforeAll(() => {
    const inputs = recorded(recording, '').slice(0, 300);
    const parts = { inputs, decisions: recorded(recording, 'decisions-').slice(0, 10) };
    const elsewhere = newFolder();
    writeFileSync(join(elsewhere, 'notes.txt'), 'nothing to replay');
    const empty = join(newFolder(), '2026-11-23T14.ndjson.gz');
    writeFileSync(empty, '');
    const edited = (from: string, to: string): string =>
      write(join(newFolder(), 'run'), {
        ...parts,
        inputs: resealed(inputs, 1, (line) => line.replace(from, to)),
      });
    const newer = write(join(newFolder(), 'run'), parts, { schemaVersion: 2 });
    cases = [
      ['a directory of something else', elsewhere, 2, /not_a_recording: no manifest/],
      ['an empty file', empty, 2, /not_a_recording: it holds no input/],
      ['another version', newer, 2, /newer_version: version 2; this build reads up to 1/],
      [
        'settings that no longer validate',
        edited('"minEdgePct":0.08', '"minEdgePct":7'),
        3,
        /settings_invalid: recorded, or given with --set: BOT_MIN_EDGE_PCT is "7": must be/,
      ],
      ['settings that are gone', edited('"minEdgePct"', '"minEdgePercent"'), 0, /^$/],
    ];
  });

  it('is named by a backtest, with the code that is documented', async () => {
    const ends = await Promise.all(
      cases.map(([, path]) => run(['backtest', path, '--fills', 'realistic'])),
    );
    for (const [at, [name, , code, says]] of cases.entries()) {
      expect(ends[at]?.err, name).toMatch(says);
      expect(ends[at]?.code, name).toBe(code);
    }
    expect(ends.at(-1)?.out).toContain('build does not have: minEdgePercent (settings_dropped)');
  });

  it('is named by an export, which leaves what is there alone', async () => {
    const to = newFolder();
    const before = join(to, 'quotes.parquet');
    writeFileSync(before, 'from before');
    const named = (path: string) =>
      run(['export', '--parquet', to, '--recording', path, '--force']);
    for (const [name, path, code, says] of cases.filter(([, , each]) => each === 2)) {
      if (name === 'an empty file') continue;
      const end = await named(path);
      expect([name, end.code, end.err]).toEqual([name, code, expect.stringMatching(says)]);
    }
    expect(textOf(before)).toBe('from before');
  });
});
