// Chance of a seed: one independent stream a name, so that one more draw of one kind moves no other kind's draws.

/** 32-bit FNV-1a over UTF-16 code units. */
function fnv(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** mulberry32 (public domain, T. Ettinger). */
function generator(start) {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Draws {
  #seed;
  #streams = new Map();

  constructor(seed) {
    this.#seed = seed;
  }

  /** The next number of the stream, in [0, 1). */
  next(name) {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = generator(fnv(`${this.#seed}/${name}`));
      // Seeds that differ in one digit start alike.
      stream();
      this.#streams.set(name, stream);
    }
    return stream();
  }

  between(name, low, high) {
    return low + (high - low) * this.next(name);
  }

  whole(name, low, high) {
    return Math.floor(this.between(name, low, high + 1));
  }

  pick(name, items) {
    return items[Math.floor(this.next(name) * items.length)];
  }
}
