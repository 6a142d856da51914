import { kalshiCodec } from '../exchange/kalshi/codec.js';
import type { Input } from '../messages/input.js';

/** What a recording of market data says of itself over HTTP: markets listed, and trades, each once. */
export class Published {
  private readonly tickers = new Set<string>();
  private tradeCount = 0;
  /** Polls overlap: the trades of this answer and of the one before it. */
  private before: ReadonlySet<string> = new Set();
  private current = new Set<string>();

  get markets(): number {
    return this.tickers.size;
  }
  get trades(): number {
    return this.tradeCount;
  }

  hear({ source, payload }: Input): void {
    // What an import was given is told by the inputs that were made of it.
    if (payload.kind !== 'reply' || source === 'capture') return;
    const { outcome, last } = payload.reply;
    if (outcome.kind === 'http' && outcome.status === 200) {
      if (outcome.path.startsWith('/markets/trades')) this.traded(outcome.body);
      else if (outcome.path.startsWith('/markets?')) this.listed(outcome.body);
    }
    if (!last || this.current.size === 0) return;
    this.before = this.current;
    this.current = new Set();
  }

  private listed(body: string): void {
    const page = kalshiCodec.listing(body);
    if (page.ok) for (const { ticker } of page.value.markets) this.tickers.add(ticker);
  }

  private traded(body: string): void {
    for (const id of tradeIds(body)) {
      if (!this.before.has(id) && !this.current.has(id)) this.tradeCount += 1;
      this.current.add(id);
    }
  }
}

/** None of a body that is no list of trades. */
function tradeIds(body: string): readonly string[] {
  try {
    const { trades } = JSON.parse(body) as { trades?: readonly { trade_id?: unknown }[] };
    return (trades ?? []).flatMap(({ trade_id: id }) => (typeof id === 'string' ? [id] : []));
  } catch {
    return [];
  }
}
