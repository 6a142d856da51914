// The books as the frames that the engine heard make them, added up by rules of the judge's own: what an order is decided on
// must be exactly this.

const one = 10_000;

/** "0.5600" in 1e-4, "12.00" in 1e-2; digits only, no arithmetic on fractions. */
const units = (text, places) => {
  const [whole, part = ''] = text.replace('-', '').split('.');
  const value = Number(whole + part.padEnd(places, '0').slice(0, places));
  return text.startsWith('-') ? 0 - value : value;
};

export class ReferenceBooks {
  #books = new Map();

  hear(text) {
    const { type, msg } = JSON.parse(text);
    const sides = { yes: new Map(), no: new Map() };
    if (type === 'orderbook_snapshot') {
      for (const [side, field] of [
        ['yes', 'yes_dollars_fp'],
        ['no', 'no_dollars_fp'],
      ])
        for (const [price, size] of msg[field] ?? [])
          sides[side].set(units(price, 4), units(size, 2));
      this.#books.set(msg.market_ticker, sides);
      return;
    }
    const levels = this.#books.get(msg.market_ticker)?.[msg.side];
    if (levels === undefined) return;
    const price = units(msg.price_dollars, 4);
    const size = (levels.get(price) ?? 0) + units(msg.delta_fp, 2);
    if (size === 0) levels.delete(price);
    else levels.set(price, size);
  }

  /** How the engine's view of a book differs, in words; null: not at all. */
  difference(ticker, { yesAsks, noAsks }) {
    const book = this.#books.get(ticker);
    if (book === undefined) return 'there is no such book';
    for (const [side, asks] of [
      ['no', yesAsks],
      ['yes', noAsks],
    ]) {
      const levels = [...book[side]].sort(([a], [b]) => b - a);
      const text = (rows) => rows.map(([price, size]) => `${price}×${size}`).join(' ');
      const expected = text(levels.map(([price, size]) => [one - price, size]));
      if (text(asks) !== expected)
        return `bids of ${side} make ${expected}, it reads ${text(asks)}`;
    }
    return null;
  }
}
