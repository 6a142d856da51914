// One hash over everything that a seed's processes were told, and what they decided: two runs with the same are the same run.

import { createHash } from 'node:crypto';

/** Text is hashed in pieces of this size: thousands of short updates cost more than their bytes. */
const pieceLength = 65_536;

export class Trace {
  #hash = createHash('sha256');
  #text = '';

  add(run, { seq, at, payload }) {
    this.#text += `${run}/${seq}/${at}/${payload.kind}/${wordsOf(payload)}`;
    if (this.#text.length < pieceLength) return;
    this.#hash.update(this.#text);
    this.#text = '';
  }

  /** The hash; `ends` are those of what was decided. */
  end(...ends) {
    return this.#hash.update(`${this.#text}/${ends.join('/')}`).digest('hex');
  }
}

function wordsOf(payload) {
  if (payload.kind === 'frame') return payload.text;
  if (payload.kind !== 'reply') return '';
  const { outcome } = payload.reply;
  return outcome.kind === 'http'
    ? `${outcome.status}${outcome.path}${outcome.body}`
    : JSON.stringify(outcome);
}
