import { err, ok, type Result } from '../domain/result.js';
import type { CallId } from '../domain/units.js';
import type { CallAt, ChainLine } from '../messages/chain-line.js';
import type { DecisionChain } from '../messages/decision-chain.js';
import { openToRead } from '../sinks/ledger/inspect.js';
import { ledgerPath } from '../sinks/ledger/ledger.js';
import { reasonOf } from '../sinks/ledger/problem.js';
import type { Store } from '../sinks/ledger/store.js';
import { chainOf, type Kept, type StoredCallLine } from './chain.js';
import { chainLinesWith } from './chain-files.js';
import { askedFor, type DecisionKey, idOf } from './ids.js';
import { keyIn, type Story, StoryReader } from './story.js';

export type WhyProblem = {
  /** `bad_decision_id`: it can be no id. `decision_unknown`: nothing of that name was decided here. `ledger_unreadable`: the ledger is not sound. */
  readonly code: 'bad_decision_id' | 'decision_unknown' | 'ledger_unreadable';
  /** One line: what, where, what to do. */
  readonly text: string;
};

const shown = (text: string): string => JSON.stringify(text.slice(0, 100));

/**
 * Explains decisions of one home, read without the ledger's lock beside an engine that writes. The ledger is looked over once,
 * at the first question; `close` when no more are asked.
 */
export class Whys {
  private readonly home: string;
  private opened: Promise<Store | WhyProblem> | null = null;

  constructor(home: string) {
    this.home = home;
  }

  /** The chain of a decision's id, a client order id, or the newest of a market. */
  async chain(id: string): Promise<Result<DecisionChain, WhyProblem>> {
    const asked = askedFor(id);
    if (asked === null)
      return err({
        code: 'bad_decision_id',
        text: `${shown(id)} is no id; give one like 3.12.TICKER, an order's own id, or a ticker`,
      });
    return this.reading((store) => {
      if (asked.kind === 'decision') {
        for (const key of asked.readings) {
          const chain = this.read(store, key);
          if (chain !== null) return ok(chain);
        }
        const [{ run, cycle, ticker }] = asked.readings as [DecisionKey];
        return err(unknown(id, `run ${run} valued no ${shown(ticker)} in cycle ${cycle}`));
      }
      const wanted = asked.kind === 'order' ? { order: asked.id } : { ticker: asked.ticker };
      const key = newest(store, (text) => keyIn(text, wanted));
      const chain = key === null ? null : this.read(store, key);
      if (chain !== null) return ok(chain);
      const what = asked.kind === 'order' ? 'no order of that id' : 'no decision about that market';
      return err(unknown(id, `this ledger holds ${what}`));
    });
  }

  /** Of the newest order that was written down, or the newest refusal of one that a window wanted. */
  async last(kind: 'ordered' | 'refused'): Promise<Result<DecisionChain, WhyProblem>> {
    const mark = kind === 'ordered' ? '"kind":"intent"' : '"kind":"refused"';
    return this.reading((store) => {
      const key = newest(store, (text) => (text.includes(mark) ? anyKey(text) : null));
      const chain = key === null ? null : this.read(store, key);
      if (chain !== null) return ok(chain);
      const what = kind === 'ordered' ? 'order' : 'refusal by the executor';
      return err({
        code: 'decision_unknown',
        text: `${this.home}: there is no ${what} in this ledger yet`,
      });
    });
  }

  async close(): Promise<void> {
    const store = await this.opened;
    this.opened = null;
    if (store !== null && 'root' in store) await store.root.close();
  }

  private async reading<Value>(
    read: (store: Store) => Result<Value, WhyProblem>,
  ): Promise<Result<Value, WhyProblem>> {
    this.opened ??= openToRead(this.home).then((store) =>
      'root' in store ? store : ({ code: 'ledger_unreadable', text: store.text } as const),
    );
    const store = await this.opened;
    if (!('root' in store)) {
      this.opened = null;
      return err(store);
    }
    try {
      // What an engine has written since the last question counts, too.
      store.root.resetReadTxn();
      return read(store);
    } catch (error) {
      return err({
        code: 'ledger_unreadable',
        text: `${ledgerPath(this.home)}: ${reasonOf(error)}`,
      });
    }
  }

  /** Null: there is no such decision. */
  private read(store: Store, key: DecisionKey): DecisionChain | null {
    const kept = this.kept(key);
    const calls = kept.line?.calls ?? [];
    const story = storyOf(store, key, calls);
    const isThere = kept.line !== null || story.verdict !== null || story.intent !== null;
    if (!isThere || (key.n !== null && kept.line === null && story.intent === null)) return null;
    return chainOf(key, story, kept, this.callsOf(key.run, calls));
  }

  private kept({ run, cycle, ticker, n }: DecisionKey): Kept {
    const lines = chainLinesWith(this.home, run, cycle, JSON.stringify(ticker));
    if (!lines.ok) return { line: null, look: null, problem: lines.error };
    const ours = lines.value.filter((line) => line.kind !== 'call' && line.ticker === ticker);
    const line =
      n === null
        ? ours.find((each) => each.kind === 'window')
        : ours.find((each) => each.kind === 'repriced' && each.n === n);
    const look = n === null ? ours.findLast((each) => each.kind === 'look') : undefined;
    return {
      line: line?.kind === 'window' || line?.kind === 'repriced' ? line : null,
      look: look?.kind === 'look' ? look : null,
      problem: line === undefined ? `the file of cycle ${cycle} holds no line of it` : null,
    };
  }

  /** Each question with what is kept of it. */
  private callsOf(
    run: number,
    calls: readonly CallAt[],
  ): ReadonlyMap<CallId, Result<StoredCallLine, string>> {
    return new Map(
      calls.map(({ callId, cycle }) => {
        const lines = chainLinesWith(this.home, run, cycle, callId);
        if (!lines.ok) return [callId, lines];
        const line = lines.value.find((each): each is StoredCallLine => isCall(each, callId));
        return [
          callId,
          line === undefined ? err(`the file of cycle ${cycle} does not hold it`) : ok(line),
        ];
      }),
    );
  }
}

const isCall = (line: ChainLine, id: CallId): line is StoredCallLine =>
  line.kind === 'call' && line.callId === id;

const unknown = (id: string, why: string): WhyProblem => ({
  code: 'decision_unknown',
  text: `${shown(id)}: ${why}; \`ledger export\` lists what is there`,
});

function anyKey(text: string): DecisionKey | null {
  const ticker = /"ticker":("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  return ticker === undefined ? null : keyIn(text, { ticker: JSON.parse(ticker) });
}

/** The newest record that means something, by its text. */
function newest(
  { records }: Store,
  keyOf: (text: string) => DecisionKey | null,
): DecisionKey | null {
  for (const { value } of records.getRange({ reverse: true })) {
    const key = keyOf(value);
    if (key !== null) return key;
  }
  return null;
}

function storyOf({ records }: Store, key: DecisionKey, calls: readonly CallAt[]): Story {
  const reader = new StoryReader(
    key,
    calls.map(({ callId }) => callId),
  );
  const start = firstOf({ records }, key.run);
  for (const { value } of records.getRange({ start })) reader.hear(value);
  return reader.story();
}

/** Seq of the first record of a run: runs only go up. */
function firstOf({ records }: Pick<Store, 'records'>, run: number): number {
  const [last] = records.getKeys({ reverse: true, limit: 1 });
  let low = 1;
  let high = (last ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const text = records.get(middle) ?? '';
    const found = Number(/"run":(\d+),"seq":\d+\}$/.exec(text)?.[1] ?? 0);
    if (found < run) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same for one question alone. */
export async function whyOf(home: string, id: string): Promise<Result<DecisionChain, WhyProblem>> {
  const whys = new Whys(home);
  try {
    return await whys.chain(id);
  } finally {
    await whys.close();
  }
}

export { idOf };
