import { from } from 'rxjs';
import type { LedgerRecord, RecordBody } from '../../src/domain/records.js';
import {
  clientOrderId,
  type EpochMs,
  epochMs,
  micros,
  orderId,
  price,
  quantity,
  shard,
  type Ticker,
  ticker,
  tradeId,
} from '../../src/domain/units.js';
import type { CycleReport, Mark, Step } from '../../src/messages/step.js';
import type { Catalog } from '../../src/messages/window.js';
import { console } from '../../src/sinks/console/console.js';
import type { BlockPorts } from '../../src/sinks/console/cycle-block.js';
import { type Paint, plain } from '../../src/sinks/console/text.js';
import { aCatalog } from '../support/fixtures.js';

/** Steps as a console hears them, and the lines it makes of them. */
export const start = epochMs(Date.UTC(2026, 8, 1, 14, 3, 6));
export const later = (seconds: number): EpochMs => epochMs(start + seconds * 1_000);

export function told(
  steps: readonly Step[],
  paint: Paint = plain,
  ports: Partial<BlockPorts> = {},
): readonly string[] {
  const lines: string[] = [];
  console(from(steps), (line) => lines.push(line), {
    paint,
    rules: () => null,
    lookUp: () => null,
    ...ports,
  }).subscribe();
  return lines;
}

export const cycle = (changes: Partial<CycleReport> = {}): Step => ({
  kind: 'cycle',
  at: start,
  report: {
    cycle: 3,
    window: { index: 3, from: later(-600), to: start },
    scanned: 4_812,
    kept: 1_000,
    selected: 240,
    dropped: {},
    bankroll: micros(10_000_000_000),
    cash: micros(9_411_230_000),
    inference: { calls: 0, cost: micros(0), costToday: micros(0), reserve: micros(0) },
    marks: [],
    result: { cycle: 3, verdicts: [], allocations: [] },
    ...changes,
  },
});

export const scanned = (changes: Partial<Catalog> = {}): Step => ({
  kind: 'scanned',
  at: start,
  catalog: aCatalog([], changes),
});

export const mark = (name: string, changes: Partial<Mark> = {}): Mark => ({
  ticker: ticker(name),
  title: '84° to 85°',
  position: quantity(20_000),
  cost: micros(42_000_000),
  midValue: micros(51_000_000),
  exitValue: micros(50_000_000),
  ...changes,
});

export const id = clientOrderId('aaaabbbbccccddddeeeeffff22');
export const name: Ticker = ticker('KXHIGHNY-26SEP01-B84.5');

export const records = (...bodies: readonly RecordBody[]): Step => ({
  kind: 'records',
  at: start,
  inputSeq: 1,
  records: bodies.map(
    (body, at): LedgerRecord => ({
      seq: at + 1,
      at: later(at),
      run: 1,
      inputSeq: 1,
      prevHash: '',
      hash: '',
      body,
    }),
  ),
});

export const intent: Extract<RecordBody, { kind: 'intent' }> = {
  kind: 'intent',
  decidedAt: start,
  terms: {
    clientOrderId: id,
    ticker: name,
    shard: shard(0),
    side: 'no',
    action: 'buy',
    limit: price(3_850),
    count: quantity(1_250),
    worstCost: micros(5_010_000),
    reduceOnly: false,
    keyless: false,
    fair: 500_000_000,
    edge: 102_500_000,
    cycle: 1,
    reason: 'between_windows',
    contentHash: '',
  },
};
export const fill: Extract<RecordBody, { kind: 'fill' }> = {
  kind: 'fill',
  tradeId: tradeId('t'),
  orderId: orderId('v'),
  clientOrderId: id,
  ticker: name,
  shard: shard(0),
  count: quantity(-1_250),
  yesPrice: price(6_175),
  fee: micros(41_300),
  isTaker: true,
  executedAt: start,
  keyless: true,
};
export const order = (event: Extract<RecordBody, { kind: 'order' }>['event']): RecordBody => ({
  kind: 'order',
  clientOrderId: id,
  event,
});
