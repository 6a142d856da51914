// Goal: one string for one ticker, however many there are and however often the table has to grow.
import { describe, expect, it } from 'vitest';
import { TickerTable } from '../../src/exchange/kalshi/tickers.js';

const bytesOf = (name: string): Buffer => Buffer.from(`"${name}"`);
const find = (table: TickerTable, name: string) =>
  table.find(bytesOf(name), 1, bytesOf(name).length - 1);

describe('the table of tickers', () => {
  it('knows a ticker again while it grows', () => {
    const table = new TickerTable();
    const names = Array.from({ length: 5_000 }, (_, n) => `KXT-26DEC01-B${n}`);
    const known = names.map((name) => find(table, name));
    expect(known.map(({ ticker }) => ticker)).toEqual(names);
    for (const [at, name] of names.entries()) expect(find(table, name)).toBe(known[at]);
  });

  it('starts over when it is full, and stays correct', () => {
    const table = new TickerTable();
    const first = find(table, 'KXT-0');
    for (let n = 1; n < 50_000; n += 1) find(table, `KXT-${n}`);
    const again = find(table, 'KXT-0');
    expect(again.ticker).toBe(first.ticker);
    expect(again).not.toBe(first);
    expect(find(table, 'KXT-49999')).toBe(find(table, 'KXT-49999'));
  });
});
