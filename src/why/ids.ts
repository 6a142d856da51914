import { type ClientOrderId, clientOrderId, type Ticker, ticker } from '../domain/units.js';

/** Which decision is meant. `n` null: a window's verdict; else its n-th intent between windows. */
export type DecisionKey = {
  readonly run: number;
  readonly cycle: number;
  readonly ticker: Ticker;
  readonly n: number | null;
};

/** What somebody may name a decision by. Tickers hold dots, so that an id may be read in two ways; the first that is there counts. */
export type Asked =
  | { readonly kind: 'decision'; readonly readings: readonly DecisionKey[] }
  | { readonly kind: 'order'; readonly id: ClientOrderId }
  | { readonly kind: 'latest'; readonly ticker: Ticker };

const decisionId = /^(\d{1,9})\.(\d{1,9})\.(.+)$/;
const orderId = /^[a-z2-7]{26}$/;
const numbered = /^(.+)\.([1-9]\d{0,5})$/;

export const idOf = ({ run, cycle, ticker: name, n }: DecisionKey): string =>
  `${run}.${cycle}.${name}${n === null ? '' : `.${n}`}`;

/** Null: it can be none of them. */
export function askedFor(text: string): Asked | null {
  const id = text.trim();
  if (id === '' || id.length > idCharsMax || /\s/.test(id)) return null;
  if (orderId.test(id)) return { kind: 'order', id: clientOrderId(id) };
  const [, run, cycle, rest] = decisionId.exec(id) ?? [];
  if (run === undefined || cycle === undefined || rest === undefined)
    return { kind: 'latest', ticker: ticker(id) };
  const at = { run: Number(run), cycle: Number(cycle) };
  const readings: DecisionKey[] = [{ ...at, ticker: ticker(rest), n: null }];
  const [, name, n] = numbered.exec(rest) ?? [];
  if (name !== undefined) readings.push({ ...at, ticker: ticker(name), n: Number(n) });
  return { kind: 'decision', readings };
}

/** No ticker is longer. */
const idCharsMax = 200;
