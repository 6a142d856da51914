// Goal: what is in the Parquet files is what the ledger and the recording say, and the questions of docs/export.md have the
// answers that the ledger's own sums give.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { epochMs } from '../../src/domain/units.js';
import { LedgerRows } from '../../src/export/ledger-rows.js';
import { MarketRows } from '../../src/export/market-rows.js';
import { ParquetTable } from '../../src/export/parquet-table.js';
import { ledgerTables, type TableName, tables } from '../../src/export/tables.js';
import { limits } from '../../src/limits.js';
import type { Payload } from '../../src/messages/input.js';
import { figuresOf } from '../../src/report/figures.js';
import { traded } from '../support/traded-ledger.js';

type Read = Readonly<Record<string, bigint | string | boolean | Date | null>>;

const folder = mkdtempSync(join(tmpdir(), 'export-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = async (name: string): Promise<readonly Read[]> => {
  const file = await asyncBufferFromFile(join(folder, `${name}.parquet`));
  return (await parquetReadObjects({ file })) as Read[];
};

describe('a ledger as tables', () => {
  const { records } = traded();
  const figures = figuresOf(records, 'UTC');
  if (figures === null) throw new Error('no records');
  const { totals, funnel } = figures;

  beforeAll(() => {
    const open = new Map<TableName, ParquetTable>(
      ledgerTables.map((name) => [
        name,
        new ParquetTable(join(folder, `${name}.parquet`), tables[name]),
      ]),
    );
    const rows = new LedgerRows((name, row) => open.get(name)?.add(row));
    for (const record of records) rows.hear(record);
    rows.end();
    for (const table of open.values()) table.close();
  });

  it('has postings that sum to 0 in each record', async () => {
    const sums = new Map<unknown, bigint>();
    const postings = await read('postings');
    for (const { record_seq: seq, amount_micros: amount } of postings)
      sums.set(seq, (sums.get(seq) ?? 0n) + (amount as bigint));
    expect(sums.size).toBeGreaterThan(4);
    expect([...sums.values()].every((sum) => sum === 0n)).toBe(true);
  });

  it('answers what each day earned', async () => {
    const days = new Map<string, bigint>();
    for (const { at, account, amount_micros: amount } of await read('postings'))
      if (['realized_gains', 'realized_losses', 'fees'].includes(String(account))) {
        const day = (at as Date).toISOString().slice(0, 10);
        days.set(day, (days.get(day) ?? 0n) - (amount as bigint));
      }
    const booked = totals.days.filter(({ realizedPnlMicros }) => realizedPnlMicros !== 0);
    expect([...days]).toEqual(
      booked.map(({ day, realizedPnlMicros }) => [day, BigInt(realizedPnlMicros)]),
    );
  });

  it('answers why markets were not bet on', async () => {
    const counts = new Map<string, number>();
    for (const { reason } of await read('decisions'))
      counts.set(String(reason), (counts.get(String(reason)) ?? 0) + 1);
    counts.delete('taken');
    expect(counts).toEqual(funnel.refusedInValuation);
  });

  it('answers what was paid beside the limit', async () => {
    const orders = new Map((await read('orders')).map((row) => [row['client_order_id'], row]));
    let [contracts, below] = [0, 0];
    for (const fill of await read('fills')) {
      const order = orders.get(fill['client_order_id'] ?? null);
      const count = Number(fill['count_e2']);
      const yes = Number(fill['yes_price_e4']);
      contracts += Math.abs(count);
      below += Math.abs(count) * (Number(order?.['limit_e4']) - (count > 0 ? yes : 10_000 - yes));
    }
    expect(contracts / 100).toBe(figures.fills.contracts);
    expect(below / contracts / 100).toBeCloseTo(figures.fills.belowLimitCents ?? Number.NaN, 9);
    expect([...orders.values()].map(({ outcome }) => outcome)).toEqual(['filled', 'filled']);
  });
});

describe('a recording as tables', () => {
  const frame = (type: string, seq: number, msg: object): Payload => ({
    kind: 'frame',
    connection: 1,
    text: JSON.stringify({ type, sid: 1, seq, msg: { market_ticker: 'M-1', ...msg } }),
  });
  const http = (path: string, body: object): Payload => ({
    kind: 'reply',
    reply: {
      effectId: 1,
      requestHash: '',
      part: 0,
      last: true,
      outcome: { kind: 'http', status: 200, path, body: JSON.stringify(body) },
    },
  });
  const print = {
    trade_id: 't-1',
    ticker: 'M-1',
    yes_price_dollars: '0.4100',
    count_fp: '2.50',
    taker_side: 'yes',
    created_time: '2026-11-23T14:00:00Z',
  };

  it('has a quote for each change of the touch, and a trade once', () => {
    const rows: unknown[] = [];
    const market = new MarketRows((name, row) => rows.push([name, row]));
    const inputs: readonly Payload[] = [
      { kind: 'connected', connection: 1 },
      frame('orderbook_snapshot', 1, {
        yes_dollars_fp: [['0.4000', '5.00']],
        no_dollars_fp: [['0.5800', '7.00']],
      }),
      // Below the touch: no quote.
      frame('orderbook_delta', 2, { side: 'yes', price_dollars: '0.3900', delta_fp: '1.00' }),
      frame('orderbook_delta', 3, { side: 'no', price_dollars: '0.5900', delta_fp: '3.00' }),
      http('/markets/trades?limit=1000', { trades: [print], cursor: '' }),
      http('/markets/trades?limit=1000', { trades: [print, { trade_id: 'odd' }], cursor: '' }),
    ];
    for (const [index, payload] of inputs.entries())
      market.hear({ seq: index + 1, at: epochMs(1_000 + index), source: 'feed', payload });
    const touch = { ticker: 'M-1', source: 'feed', yes_bid_e4: 4_000, yes_bid_size_e2: 500 };
    expect(rows).toMatchObject([
      ['quotes', { ...touch, at: 1_001, yes_ask_e4: 4_200, yes_ask_size_e2: 700 }],
      ['quotes', { ...touch, at: 1_003, yes_ask_e4: 4_100, yes_ask_size_e2: 300 }],
      ['trades', { at: 1_004, trade_id: 't-1', yes_price_e4: 4_100, count_e2: 250 }],
    ]);
  });
});

describe('a Parquet table', () => {
  it('is written in groups, and nothing is there before it is whole', async () => {
    const table = new ParquetTable(join(folder, 'many.parquet'), { n: 'integer', name: 'text' });
    const rows = limits.parquetGroupRows + 3;
    for (let n = 0; n < rows; n += 1) table.add({ n, name: n % 2 === 0 ? 'even' : null });
    await expect(read('many')).rejects.toThrow();
    table.close();
    const back = await read('many');
    expect(back).toHaveLength(rows);
    expect(back.at(-1)).toEqual({ n: BigInt(rows - 1), name: 'even' });
  });
});
