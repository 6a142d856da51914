// Goal: a market that left its list is still known while something hangs on it, and no longer.
import { expect, it } from 'vitest';
import { SeenMarkets } from '../../src/backtest/seen-markets.js';
import type { Account } from '../../src/domain/account.js';
import { ticker } from '../../src/domain/units.js';
import type { Catalog } from '../../src/messages/window.js';
import { aListedMarket } from '../support/fixtures.js';

const catalogOf = (...names: string[]) =>
  ({ markets: names.map((name) => aListedMarket(name)) }) as unknown as Catalog;
const accountOf = (held: string, awaited: string) =>
  ({ positions: new Map([[held, {}]]), awaited: new Map([[awaited, 0]]) }) as unknown as Account;

it('keeps what is held or awaited, and forgets the rest', () => {
  const seen = new SeenMarkets();
  const known = () => ['A', 'B', 'C', 'D'].filter((name) => seen.get(ticker(name)) !== null);
  seen.hear(catalogOf('A', 'B', 'C'), null);
  expect(known()).toEqual(['A', 'B', 'C']);
  seen.hear(catalogOf('D'), accountOf('A', 'B'));
  expect(known()).toEqual(['A', 'B', 'D']);
  seen.hear(catalogOf('D'), accountOf('X', 'B'));
  expect(known()).toEqual(['B', 'D']);
});
