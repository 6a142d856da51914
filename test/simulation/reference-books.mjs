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
  /** Per market its last snapshot and the deltas since, unread: most are never looked at. */
  #frames = new Map();

  hear(ticker, isSnapshot, text) {
    if (isSnapshot) this.#frames.set(ticker, { book: null, texts: [text] });
    else this.#frames.get(ticker)?.texts.push(text);
  }

  #bookOf(ticker) {
    const frames = this.#frames.get(ticker);
    if (frames === undefined) return null;
    for (const text of frames.texts.splice(0)) {
      const { type, msg } = JSON.parse(text);
      if (type === 'orderbook_snapshot') frames.book = snapshotOf(msg);
      else addTo(frames.book[msg.side], msg);
    }
    return frames.book;
  }

  /** How the engine's view of a book differs, in words; null: not at all. */
  difference(ticker, { yesAsks, noAsks }) {
    const book = this.#bookOf(ticker);
    if (book === null) return 'there is no such book';
    const top = (levels) => Math.max(0, ...levels.keys());
    if (top(book.yes) + top(book.no) > one) return 'it is crossed';
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

function snapshotOf(msg) {
  const side = (rows) =>
    new Map((rows ?? []).map(([price, size]) => [units(price, 4), units(size, 2)]));
  return { yes: side(msg.yes_dollars_fp), no: side(msg.no_dollars_fp) };
}

function addTo(levels, msg) {
  const price = units(msg.price_dollars, 4);
  const size = (levels.get(price) ?? 0) + units(msg.delta_fp, 2);
  if (size === 0) levels.delete(price);
  else levels.set(price, size);
}
