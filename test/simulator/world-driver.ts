import type {
  SimEvent,
  SimMarket,
  SimSeries,
  WorldCommand,
  WorldEvent,
  WorldOptions,
} from '../../src/simulator/world/types.js';
import { type JudgedWorld, makeWorld } from '../../src/simulator/world/world.js';

export type Published = Extract<WorldCommand, { kind: 'quote' }>;
export type Determined = Extract<WorldCommand, { kind: 'determine' }>;

/** Runs a world without an exchange: keeps what was published last, in the order an exchange would see it. */
export class Driver {
  readonly world: JudgedWorld;
  readonly series = new Map<string, SimSeries>();
  readonly events = new Map<string, SimEvent>();
  readonly markets = new Map<string, SimMarket>();
  readonly open = new Set<string>();
  readonly determined = new Map<string, { readonly atMs: number; readonly command: Determined }>();
  /** Published quotes by market, then agent. */
  readonly quotes = new Map<string, Map<string, Published>>();
  readonly counts = { quote: 0, take: 0, steps: 0 };
  nowMs: number;
  private readonly heap: { event: WorldEvent; order: number }[] = [];
  private order = 0;
  private readonly hear: (command: WorldCommand, atMs: number) => void;

  constructor(
    options: WorldOptions,
    hear: (command: WorldCommand, atMs: number) => void = () => {},
  ) {
    this.hear = hear;
    this.nowMs = options.originMs;
    this.world = makeWorld(options);
    const { commands, wake } = this.world.start();
    this.apply(commands);
    for (const event of wake) this.push(event);
  }

  runTo(ms: number): void {
    for (;;) {
      const next = this.heap[0];
      if (next === undefined || next.event.atMs > ms) break;
      this.pop();
      this.nowMs = next.event.atMs;
      this.counts.steps += 1;
      const { commands, wake } = this.world.handle(next.event);
      this.apply(commands);
      for (const event of wake) this.push(event);
    }
    this.nowMs = ms;
  }

  /** Best YES bid and ask over all agents, $0.0001; 0 and 10000 where there is none. */
  touch(ticker: string): { bid: number; ask: number } {
    let bid = 0;
    let ask = 10_000;
    for (const quote of this.quotes.get(ticker)?.values() ?? []) {
      bid = Math.max(bid, quote.yes[0]?.[0] ?? 0);
      ask = Math.min(ask, 10_000 - (quote.no[0]?.[0] ?? 0));
    }
    return { bid, ask };
  }

  private apply(commands: readonly WorldCommand[]): void {
    for (const command of commands) {
      this.hear(command, this.nowMs);
      switch (command.kind) {
        case 'series':
          this.series.set(command.series.ticker, command.series);
          break;
        case 'event':
          this.events.set(command.event.ticker, command.event);
          break;
        case 'market':
          if (this.markets.has(command.market.ticker))
            throw new Error(`listed twice: ${command.market.ticker}`);
          this.markets.set(command.market.ticker, command.market);
          this.open.add(command.market.ticker);
          this.quotes.set(command.market.ticker, new Map());
          break;
        case 'quote':
          this.counts.quote += 1;
          this.quotes.get(command.ticker)?.set(command.agent, command);
          break;
        case 'take':
          this.counts.take += 1;
          break;
        case 'close':
          this.open.delete(command.ticker);
          break;
        case 'determine':
          this.determined.set(command.ticker, { atMs: this.nowMs, command });
          break;
      }
    }
  }

  private push(event: WorldEvent): void {
    const item = { event, order: this.order };
    this.order += 1;
    let i = this.heap.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      let least = i;
      if (left < this.heap.length && this.before(left, least)) least = left;
      if (left + 1 < this.heap.length && this.before(left + 1, least)) least = left + 1;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private before(i: number, j: number): boolean {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return false;
    return a.event.atMs === b.event.atMs ? a.order < b.order : a.event.atMs < b.event.atMs;
  }

  private swap(i: number, j: number): void {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return;
    this.heap[i] = b;
    this.heap[j] = a;
  }
}
