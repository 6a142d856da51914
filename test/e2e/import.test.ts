// Goal: what others captured and what the exchange tells of the past become recordings that replay, backtest and export read,
// through the command line; whatever goes wrong leaves nothing that looks like one.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  iso,
  minuteMs,
  startMs,
  wireCandle,
  wireMarket,
  wireTrade,
} from '../imports/wire-history.js';
import { cleanUp, type Env, jsonOf, newFolder, run, sleep, start, until } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

type Backtested = {
  readonly recordings: readonly {
    readonly totals: {
      readonly realistic: {
        readonly cycles: number;
        readonly settled: number;
        readonly brier: number;
        readonly orders: { readonly filled: number };
        readonly tape: { readonly warnings: readonly { readonly code: string }[] };
      };
    };
  }[];
};

describe('import', () => {
  const at = Date.UTC(2026, 7, 10, 12, 0, 0);
  const message = (seq: number, type: string, msg: object) => ({
    type,
    sid: 1,
    seq,
    msg: { market_ticker: 'KXG-1-A', ...msg },
  });
  const lines = [
    [
      at,
      message(1, 'orderbook_snapshot', {
        yes_dollars_fp: [['0.4000', '50.00']],
        no_dollars_fp: [['0.5800', '70.00']],
      }),
    ],
    [
      at + 30_000,
      message(2, 'orderbook_delta', { side: 'yes', price_dollars: '0.4100', delta_fp: '9.00' }),
    ],
    [
      at + 65_000,
      message(3, 'orderbook_delta', { side: 'yes', price_dollars: '0.4100', delta_fp: '-9.00' }),
    ],
  ].map(([recv, event]) => JSON.stringify({ recv_ms: recv, event }));
  const files = (captured: readonly string[]) => {
    const folder = newFolder();
    const capture = join(folder, 'a.ndjson.gz');
    const metadata = join(folder, 'event.json');
    writeFileSync(capture, gzipSync(captured.map((line) => `${line}\n`).join('')));
    const event = { event_ticker: 'KXG-1', series_ticker: 'KXG', title: 'Gold' };
    writeFileSync(metadata, JSON.stringify({ event, markets: [wireMarket('KXG-1-A')] }));
    return { capture, metadata, out: join(folder, 'recording') };
  };

  it('makes a recording of a capture that replays to the same books', async () => {
    const { capture, metadata, out } = files(lines);
    const args = ['import', capture, '--metadata', metadata, '--out', out, '--json'];
    const end = await run(args);
    expect(end.code, end.err).toBe(0);
    expect(jsonOf(end.out)).toMatchObject({ lines: 3, markets: 1, problems: 0 });
    const [made, raw, again] = await Promise.all([
      run(['replay', out, '--json', '--books']),
      run(['replay', capture, '--json', '--books']),
      run(args),
    ]);
    expect(made.code, made.err).toBe(0);
    expect(jsonOf(made.out)).toMatchObject({ snapshots: 1, bookDeltas: 2, diverged: null });
    expect(jsonOf(made.out)['books']).toEqual(jsonOf(raw.out)['books']);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('recording_exists')]);
  });

  it('names a bad line and takes the rest; refuses metadata that is none', async () => {
    const { capture, metadata, out } = files([...lines, 'no message']);
    const end = await run(['import', capture, '--metadata', metadata, '--out', out, '--json']);
    expect([end.code, end.err]).toEqual([1, expect.stringContaining('a.ndjson.gz:4: bad_line')]);
    expect(jsonOf(end.out)).toMatchObject({ lines: 4, problems: 1 });
    const none = await run(['import', capture, '--metadata', capture, '--out', `${out}-2`]);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('not a JSON object')]);
    expect(existsSync(`${out}-2`)).toBe(false);
  });
});

describe('import-history', () => {
  it('makes a recording of the simulated past that replays, trades, settles and exports', async () => {
    const venue = await startVenue({ speed: 2_400, args: ['--markets', '60'] });
    const origin = Date.UTC(2026, 10, 23, 14, 0, 0);
    await until('an hour and a quarter went by', async () => {
      const { clock } = venue.ready as { clock: { realOriginMs: number } };
      return Date.now() - clock.realOriginMs > (76 * minuteMs) / 2_400;
    });
    await venue.freeze();
    const { KALSHI_API_KEY_ID: _id, KALSHI_PRIVATE_KEY_PATH: _key, ...keyless } = venue.env;
    const env: Env = { ...keyless, BOT_EXECUTION_MODE: 'paper' };
    const out = join(newFolder(), 'recording');
    const names = ['KXTEMPNYCH', 'KXTEMPATLH', 'KXTEMPNOLAH', 'KXBTC15M', 'KXNFLGAME'];
    const to = iso(origin + 75 * minuteMs);
    const args = ['import-history', ...names, '--from', iso(origin), '--to', to, '--out', out];
    const end = await run([...args, '--json'], env);
    expect(end.code, end.err).toBe(0);
    const imported = jsonOf(end.out) as Record<string, number>;
    expect(imported['settled']).toBeGreaterThan(8);
    expect(imported['candles']).toBeGreaterThan(300);
    expect(imported['trades']).toBeGreaterThan(5);
    expect(readdirSync(join(out, '..'))).toEqual(['recording']);
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatchObject({
      made: { from: 'history', intervalMinutes: 1, names },
      closed: { isWhole: true },
    });
    const parquet = join(newFolder(), 'tables');
    const set = ['BOT_SCAN_MIN_VOLUME=0', 'BOT_SCAN_MAX_SPREAD_CENTS=20'];
    const [replayed, tested, exported] = await Promise.all([
      run(['replay', out, '--json']),
      run([
        'backtest',
        out,
        '--fills',
        'realistic',
        '--json',
        ...set.flatMap((one) => ['--set', one]),
      ]),
      run(['export', '--recording', out, '--parquet', parquet, '--json']),
    ]);
    expect(replayed.code, replayed.err).toBe(0);
    expect(jsonOf(replayed.out)).toMatchObject({
      snapshots: imported['candles'],
      trades: imported['trades'],
      diverged: null,
    });
    expect(tested.code, tested.err).toBe(0);
    const { recordings } = jsonOf(tested.out) as unknown as Backtested;
    const totals = recordings[0]?.totals.realistic;
    // Windows of ten minutes, and one that begins it; results may come a little later.
    expect(totals?.cycles).toBeGreaterThanOrEqual(8);
    expect(totals?.orders.filled).toBeGreaterThan(0);
    expect(totals?.settled).toBeGreaterThan(0);
    expect(totals?.brier).toBeGreaterThan(0);
    expect(totals?.tape.warnings.map(({ code }) => code)).toContain('made_books');
    expect(exported.code, exported.err).toBe(0);
    expect(jsonOf(exported.out)).toMatchObject({ rows: { trades: imported['trades'] } });
  });

  describe('of a stand-in', () => {
    let server: Server;
    let env: Env;
    const addressed = (port: number): Env => ({
      KALSHI_API_BASE_URL: `http://127.0.0.1:${port}`,
      KALSHI_WS_URL: `ws://127.0.0.1:${port}/trade-api/ws/v2`,
    });
    /** What is answered instead, by path. */
    let instead: (path: string, query: URLSearchParams) => unknown = () => undefined;
    const bodies: Readonly<Record<string, unknown>> = {
      '/historical/cutoff': { market_settled_ts: iso(1e12), trades_created_ts: iso(1e12) },
      '/events': {
        events: [
          { event_ticker: 'KXG-1', series_ticker: 'KXG', title: 'G', mutually_exclusive: true },
        ],
        cursor: '',
      },
      '/series/KXG': {
        series: {
          ticker: 'KXG',
          title: 'G',
          category: 'C',
          fee_type: 'quadratic',
          fee_multiplier: 1,
        },
      },
      '/markets/candlesticks': {
        markets: [
          { market_ticker: 'KXG-1-A', candlesticks: [wireCandle(1, '0.4000', '0.4200', '3')] },
        ],
      },
      '/markets/trades': { trades: [wireTrade('t-1', 'KXG-1-A', 9_000)], cursor: '' },
    };
    beforeAll(async () => {
      server = createServer((request, response) => {
        const url = new URL(request.url ?? '', 'http://stand-in');
        const path = url.pathname.replace('/trade-api/v2', '');
        const isNamed = url.searchParams.get('tickers') === 'KXG-1-A';
        const found =
          instead(path, url.searchParams) ??
          bodies[path] ??
          (path === '/markets' && { markets: isNamed ? [wireMarket('KXG-1-A')] : [], cursor: '' });
        if (found === 'never') return;
        response.writeHead(typeof found === 'number' ? found : 200);
        response.end(typeof found === 'number' ? '{"error":"no"}' : JSON.stringify(found));
      }).listen(0, '127.0.0.1');
      await new Promise((done) => server.once('listening', done));
      env = addressed((server.address() as AddressInfo).port);
    });
    afterAll(() => server.closeAllConnections());
    const moment = (minutes: number): string => iso(startMs + minutes * minuteMs);
    const history = async (over: readonly string[] = [], itsEnv = env, name = 'KXG-1-A') => {
      const out = join(newFolder(), 'recording');
      const span = ['--from', moment(0), '--to', moment(5), '--out', out];
      const end = await run(['import-history', name, ...span, ...over], itsEnv);
      return { ...end, left: readdirSync(join(out, '..')) };
    };

    it('leaves nothing when a page fails in the middle, nobody answers or nobody knows the name', async () => {
      instead = (path, query) =>
        path !== '/markets/trades'
          ? undefined
          : query.get('cursor') === 'more'
            ? 503
            : { trades: [wireTrade('t-1', 'KXG-1-A', 9_000)], cursor: 'more' };
      const [failed, absent, unknown] = await Promise.all([
        history(),
        history([], addressed(1)),
        history([], env, 'KXNO'),
      ]);
      const ends = [failed, absent, unknown].map(({ code, left, out }) => [code, left, out]);
      expect(ends).toEqual([
        [5, [], ''],
        [5, [], ''],
        [2, [], ''],
      ]);
      expect(failed.err).toContain('HTTP 503 from /markets/trades');
      expect(absent.err).toContain('history_unreachable');
      expect(unknown.err).toContain('KXNO: the exchange knows no');
    });

    it('refuses a span that cannot be, and a folder that holds something', async () => {
      const full = newFolder();
      writeFileSync(join(full, 'mine.txt'), 'kept');
      const [turned, ahead, taken] = await Promise.all([
        history(['--from', moment(9)]),
        history(['--to', '2999-01-01']),
        history(['--out', full]),
      ]);
      expect([turned.code, ahead.code, taken.code]).toEqual([2, 2, 2]);
      expect(turned.err).toContain('is not before --to');
      expect(ahead.err).toContain('still to come');
      expect(taken.err).toContain('recording_exists');
      expect(readdirSync(full)).toEqual(['mine.txt']);
    });

    it('killed in the middle leaves a draft, which the next one replaces; never another folder', async () => {
      const folder = newFolder();
      const out = join(folder, 'recording');
      const args = [
        'import-history',
        'KXG-1-A',
        '--from',
        moment(0),
        '--to',
        moment(5),
        '--out',
        out,
      ];
      let isAsked = false;
      instead = (path) => {
        if (path !== '/markets/trades') return undefined;
        isAsked = true;
        return 'never';
      };
      const running = start(args, env);
      await until('the trades are asked for', () => isAsked);
      await sleep(150);
      running.child.kill('SIGKILL');
      await running.ended;
      expect(readdirSync(folder)).toEqual(['recording.importing']);
      instead = () => undefined;
      const again = await run(args, env);
      expect(again.code, again.err).toBe(0);
      expect(readdirSync(folder)).toEqual(['recording']);
      mkdirSync(`${out}-2.importing`);
      // Of a run, and nothing that an import would have left.
      writeFileSync(join(`${out}-2.importing`, 'manifest.json'), '{"run":1}');
      const other = await run([...args.slice(0, -1), `${out}-2`], env);
      expect([other.code, other.err]).toEqual([2, expect.stringContaining('something else is')]);
    });
  });
});
