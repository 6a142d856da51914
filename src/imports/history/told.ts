import type { Candle } from '../../exchange/kalshi/history.js';
import type { Traded } from '../metadata.js';

type Entry = { readonly volume: number; readonly openInterest: number };

/** What candles have told so far of each market's trading: for the lists of a moment. */
export class Told {
  private readonly entries = new Map<string, Entry>();

  hear(ticker: string, { volume, openInterest }: Candle): void {
    const before = this.entries.get(ticker)?.volume ?? 0;
    this.entries.set(ticker, { volume: before + volume, openInterest });
  }

  /** Without a quote: a list is answered with for minutes, and a closing quote is not believed for so long. */
  of(ticker: string): Traded {
    const { volume, openInterest } = this.entries.get(ticker) ?? nothing;
    return { bid: null, bidSize: 0, ask: null, askSize: 0, volume, openInterest };
  }
}

const nothing: Entry = { volume: 0, openInterest: 0 };
