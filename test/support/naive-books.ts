import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

type Side = Map<string, bigint>;
type Sides = { readonly yes: Side; readonly no: Side };
type Shown = readonly (readonly [string, string])[];

/** "12.50" → 1250n. */
const hundredths = (text: string): bigint => {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, '0').slice(0, 2));
  return text.startsWith('-') ? -value : value;
};
const inDecimals = (value: bigint): string =>
  `${value / 100n}.${String(value % 100n).padStart(2, '0')}`;

/**
 * Reads captures the plain way, sharing nothing with the engine: JSON, maps of decimal strings, big integers. Returns
 * every book as it stands after the last message received by `untilMs`, and how many messages there were.
 */
export function naiveBooks(paths: readonly string[], untilMs: number) {
  const messages: { recv: number; file: number; line: number; event: Event }[] = [];
  for (const [file, path] of paths.entries()) {
    const bytes = readFileSync(path);
    const text = path.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString();
    for (const [line, one] of text.split('\n').entries()) {
      if (one === '') continue;
      const parsed = JSON.parse(one) as { recv_ms: number; event: Event };
      if (parsed.recv_ms <= untilMs)
        messages.push({ recv: parsed.recv_ms, file, line, event: parsed.event });
    }
  }
  messages.sort((a, b) => a.recv - b.recv || a.file - b.file || a.line - b.line);
  const books = new Map<string, Sides>();
  const counts = { inputs: messages.length, snapshots: 0, bookDeltas: 0, trades: 0, negative: 0 };
  for (const { event } of messages) {
    const { type, msg } = event;
    const book = books.get(msg.market_ticker) ?? { yes: new Map(), no: new Map() };
    books.set(msg.market_ticker, book);
    if (type === 'orderbook_snapshot') {
      counts.snapshots += 1;
      for (const side of ['yes', 'no'] as const) {
        book[side].clear();
        for (const [price, size] of msg[`${side}_dollars_fp`] ?? [])
          book[side].set(price, hundredths(size));
      }
    } else if (type === 'orderbook_delta') {
      counts.bookDeltas += 1;
      const side = msg.side === 'yes' ? book.yes : book.no;
      const price = msg.price_dollars ?? '';
      const after = (side.get(price) ?? 0n) + hundredths(msg.delta_fp ?? '');
      if (after < 0n) counts.negative += 1;
      else if (after === 0n) side.delete(price);
      else side.set(price, after);
    } else counts.trades += 1;
  }
  const shown = (side: Side): Shown =>
    [...side]
      .filter(([, size]) => size > 0n)
      .sort(([left], [right]) => Number(left) - Number(right))
      .map(([price, size]) => [price, inDecimals(size)] as const);
  const levels: Record<string, { yes: Shown; no: Shown }> = {};
  for (const [ticker, { yes, no }] of books) levels[ticker] = { yes: shown(yes), no: shown(no) };
  return { books: levels, counts };
}

type Event = {
  readonly type: string;
  readonly msg: {
    readonly market_ticker: string;
    readonly side?: string;
    readonly price_dollars?: string;
    readonly delta_fp?: string;
    readonly yes_dollars_fp?: readonly (readonly [string, string])[];
    readonly no_dollars_fp?: readonly (readonly [string, string])[];
  };
};
