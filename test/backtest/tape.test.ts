// Goal: a question is answered by what has passed, when it passed, and never by what is still to come.
import { describe, expect, it } from 'vitest';
import { MarketLives } from '../../src/backtest/market-lives.js';
import { type Asked, questionKey } from '../../src/backtest/recorded-asks.js';
import { Tape } from '../../src/backtest/tape.js';
import { TapeFeed } from '../../src/backtest/tape-feed.js';
import type { ListedMarket } from '../../src/domain/market.js';
import { epochMs, price, ticker } from '../../src/domain/units.js';
import { requestHash } from '../../src/engine/effect-desk.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { LogScheduler } from '../../src/log-scheduler.js';
import type { EffectRequest, Outcome } from '../../src/messages/effect.js';
import type { Source } from '../../src/messages/input.js';
import { listingSample, marketSample } from '../exchange/samples.js';

const start = 1_790_000_000_000;
const name = ticker('KXHIGHNY-26JUN15-B84.5');
const scan: EffectRequest = { kind: 'scan' };
const evidence: EffectRequest = { kind: 'evidence', source: 'spot', url: 'http://x/ticker' };

const http = (path: string, body: unknown): Outcome => ({
  kind: 'http',
  status: 200,
  path,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

type Told = { readonly at: number; readonly outcomes: readonly Outcome[] };

class Rig {
  readonly scheduler = new LogScheduler(epochMs(start));
  readonly lives = new MarketLives();
  readonly told: Told[] = [];
  readonly questions = new Map<number, string>();
  /** What the recorded run asked, by hash. */
  readonly recorded = new Map<string, Asked>();
  market: ListedMarket | null = null;
  private asked = 0;
  private replied = 0;
  readonly feed = new TapeFeed({ codec: kalshiCodec, speed: 1, heard: () => {} });
  readonly tape = new Tape({
    scheduler: this.scheduler,
    speed: 1,
    feed: this.feed,
    lives: this.lives,
    market: () => this.market,
    answer: (_, __, outcomes) => this.told.push({ at: this.scheduler.now() - start, outcomes }),
    asks: { orders: new Map(), questions: this.questions, asked: this.recorded },
    evidenceAgeMsMax: () => 60_000,
  });

  at(ms: number): this {
    this.scheduler.advanceTo(epochMs(start + ms));
    return this;
  }
  ask(request: EffectRequest): this {
    this.asked += 1;
    const effect = { id: this.asked, hash: requestHash(request), request };
    this.tape.ask(effect, request as Parameters<Tape['ask']>[1]);
    return this;
  }
  /** The recorded run asks, as its effect of this number. */
  asks(request: EffectRequest, effect: number): this {
    const at = this.scheduler.now();
    this.recorded.set(requestHash(request), { kind: request.kind, at: [at], effects: [effect] });
    return this;
  }
  passes(source: Source, outcomes: readonly Outcome[], hash = 'recorded'): this {
    this.replied += 1;
    for (const [part, outcome] of outcomes.entries()) {
      const last = part === outcomes.length - 1;
      this.tape.hear(source, {
        effectId: 1_000 + this.replied,
        requestHash: hash,
        part,
        last,
        outcome,
      });
    }
    return this;
  }
  lists(volume: string): this {
    const body = listingSample([marketSample({ volume_fp: volume })]);
    return this.passes('venue', [http('/markets?status=open', body), { kind: 'end', parts: 1 }]);
  }
  /** When it was answered, and the volume that was listed. */
  volumes(): readonly (readonly [number, number | undefined])[] {
    return this.told.map(({ at, outcomes }) => {
      const [page] = outcomes;
      const listing = page?.kind === 'http' ? kalshiCodec.listing(page.body) : null;
      return [at, listing?.ok === true ? listing.value.markets[0]?.volume : undefined];
    });
  }
}

describe('a list of markets', () => {
  it('is the one that comes in soon, when it comes', () => {
    const other = http('spot', '{}');
    const rig = new Rig().lists('1.00').at(100).ask(scan).at(500).passes('evidence', [other]);
    rig.at(900).lists('2.00').at(5_000);
    expect(rig.volumes()).toEqual([[900, 200]]);
    expect(rig.tape.report()).toEqual({ scan: { answered: 1, older: 0, missing: 0 } });
  });

  it('is the last one before, after a while without', () => {
    const rig = new Rig().lists('1.00').at(100_000).ask(scan).at(109_000).lists('2.00');
    expect(rig.volumes()).toEqual([[102_000, 100]]);
    expect(rig.tape.report()).toEqual({ scan: { answered: 0, older: 1, missing: 0 } });
  });

  it('is the first one, however late', () => {
    const rig = new Rig().ask(scan).at(9_000).lists('2.00');
    expect(rig.volumes()).toEqual([[9_000, 200]]);
  });

  it('shows nothing as open that has ended since', () => {
    const rig = new Rig().lists('1.00').at(10);
    rig.lives.hear(
      name,
      { kind: 'determined', settlementValue: price(10_000) },
      epochMs(start + 10),
    );
    rig.ask(scan).at(5_000);
    const [page] = rig.told[0]?.outcomes ?? [];
    const listing = kalshiCodec.listing(page?.kind === 'http' ? page.body : '');
    expect(listing).toMatchObject({
      value: { markets: [{ status: 'determined', settlementValue: 10_000 }] },
    });
  });

  it('does not come of one that was cut short', () => {
    const page = http('/markets?status=open', listingSample([marketSample()], 'more'));
    const failed: Outcome = { kind: 'failed', code: 'timeout', sent: true, detail: '' };
    const rig = new Rig().ask(scan).at(10).passes('venue', [page, failed]).at(5_000);
    expect(rig.told).toEqual([]);
  });
});

describe('what the recorded run is asking, too', () => {
  const price1 = http('spot', '{"price":1}');
  const failed: Outcome = { kind: 'failed', code: 'timeout', sent: true, detail: '' };
  const page = (volume: string) =>
    http('/markets?status=open', listingSample([marketSample({ volume_fp: volume })]));
  const end: Outcome = { kind: 'end', parts: 1 };

  it('comes when it came, however long that took', () => {
    const rig = new Rig().lists('1.00').at(60_000);
    const asked: readonly EffectRequest[] = [
      evidence,
      scan,
      { kind: 'book', ticker: name },
      { kind: 'market', ticker: name },
    ];
    for (const [index, request] of asked.entries()) rig.asks(request, 1_002 + index).ask(request);
    const hash = (index: number) => requestHash(asked[index] ?? scan);
    rig.at(67_000).passes('evidence', [price1], hash(0));
    rig.at(68_000).passes('venue', [page('2.00'), end], hash(1));
    const book = http(`/markets/${name}/orderbook`, { orderbook_fp: {} });
    rig.at(69_000).passes('venue', [book], hash(2));
    const market = http(`/markets/${name}`, { market: marketSample() });
    rig.at(70_000).passes('venue', [market], hash(3));
    expect(rig.told).toMatchObject([
      { at: 67_000, outcomes: [price1] },
      { at: 68_000 },
      { at: 69_000, outcomes: [book] },
      { at: 70_000, outcomes: [market] },
    ]);
    const all = { answered: 1, older: 0, missing: 0 };
    expect(rig.tape.report()).toEqual({ book: all, evidence: all, market: all, scan: all });
  });

  it('comes as late of other events as of the same ones', () => {
    const of = (events: readonly string[]): EffectRequest => ({
      kind: 'metadata',
      events: events as never,
      series: [],
    });
    const rig = new Rig()
      .asks(of(['E1']), 1_001)
      .ask(of(['E1', 'E2']))
      .at(7_000);
    expect(rig.told).toEqual([]);
    const event = { event_ticker: 'E1' };
    rig.passes('venue', [http('/events?', { events: [event] }), end], requestHash(of(['E1'])));
    expect(rig.told).toMatchObject([
      { at: 7_000, outcomes: [http('/events', { events: [event], cursor: '' }), end] },
    ]);
  });

  it('is the one before where the recorded run got none, either', () => {
    const rig = new Rig().lists('1.00').at(10).asks(scan, 1_002).ask(scan).at(9_000);
    expect(rig.told).toEqual([]);
    rig.passes('venue', [failed], requestHash(scan));
    expect(rig.volumes()).toEqual([[9_000, 100]]);
  });

  it('is not waited for once it has come', () => {
    const rig = new Rig().asks(scan, 1_001).at(10);
    rig
      .passes('venue', [page('1.00'), end], requestHash(scan))
      .at(20)
      .ask(scan)
      .at(60_000);
    expect(rig.volumes()).toEqual([[2_020, 100]]);
  });

  it('is not waited for once the later of two has come, though the earlier one came after it', () => {
    const hash = requestHash(evidence);
    const rig = new Rig().asks(evidence, 7).at(10);
    for (const effectId of [7, 6])
      rig.tape.hear('evidence', {
        effectId,
        requestHash: hash,
        part: 0,
        last: true,
        outcome: price1,
      });
    rig.at(20).ask(evidence).at(60_000);
    expect(rig.told).toEqual([{ at: 2_020, outcomes: [price1] }]);
  });
});

describe('evidence', () => {
  const hash = requestHash(evidence);
  const price1 = http('spot', '{"price":1}');
  const price2 = http('spot', '{"price":2}');
  it('is what the same question was answered, when it was', () => {
    const rig = new Rig().passes('evidence', [price1], hash).at(10).ask(evidence);
    rig.at(400).passes('evidence', [price2], 'another');
    rig.at(700).passes('evidence', [price2], hash).at(9_000);
    expect(rig.told).toEqual([{ at: 700, outcomes: [price2] }]);
  });

  it('is the last answer while that is young enough, and then none', () => {
    const rig = new Rig().passes('evidence', [price1], hash).at(10).ask(evidence).at(3_000);
    expect(rig.told).toEqual([{ at: 2_010, outcomes: [price1] }]);
    rig.at(60_000).ask(evidence).at(70_000);
    expect(rig.told[1]).toMatchObject({ at: 62_000, outcomes: [{ code: 'not_recorded' }] });
    expect(rig.tape.report()).toEqual({ evidence: { answered: 0, older: 1, missing: 1 } });
  });
});

describe('Claude', () => {
  const call = (nonce: string, text = 'rain?'): EffectRequest => ({
    kind: 'infer',
    call: {
      callId: nonce as never,
      model: 'm',
      tickers: [name],
      body: JSON.stringify({ text: `<untrusted id="A" nonce="${nonce.repeat(32)}">${text}` }),
      maxCost: 1 as never,
    },
    holdSeq: 1,
  });
  const said: Outcome = { kind: 'inference', status: 200, body: '{}', lost: 0, detail: '' };
  const recorded = (rig: Rig, request: EffectRequest) => {
    if (request.kind === 'infer') rig.questions.set(1_001, questionKey(request.call.body));
    return rig;
  };

  it('answers the same question as it was answered, whatever mark it carries', () => {
    const rig = recorded(new Rig(), call('a')).ask(call('b')).at(4_000).passes('claude', [said]);
    expect(rig.told).toEqual([{ at: 4_000, outcomes: [said] }]);
    rig.ask(call('c')).at(4_500);
    expect(rig.told[1]).toEqual({ at: 4_050, outcomes: [said] });
  });

  it('has no answer to another question, and says so when nobody would wait any longer', () => {
    const rig = recorded(new Rig(), call('a')).passes('claude', [said]).ask(call('a', 'snow?'));
    rig.at(70_000);
    expect(rig.told).toMatchObject([{ at: 60_000, outcomes: [{ code: 'not_recorded' }] }]);
    expect(rig.tape.report()).toEqual({ infer: { answered: 0, older: 0, missing: 1 } });
  });

  it('counts what still waits at the end as missing, once', () => {
    const { tape } = recorded(new Rig(), call('a')).ask(call('a', 'snow?'));
    for (const _ of [1, 2])
      expect(tape.report()).toEqual({ infer: { answered: 0, older: 0, missing: 1 } });
  });

  it('is there if the recorded run was told so', () => {
    const model: EffectRequest = { kind: 'model', model: 'm' };
    const rig = new Rig().ask(model).at(300).passes('claude', [said], requestHash(model));
    expect(rig.told).toEqual([{ at: 300, outcomes: [said] }]);
  });

  it('is there however long the recorded run had to wait to be told so', () => {
    const model: EffectRequest = { kind: 'model', model: 'm' };
    const rig = new Rig().ask(model).at(59_000).passes('claude', [said], requestHash(model));
    expect(rig.told).toEqual([{ at: 59_000, outcomes: [said] }]);
    const mute = new Rig().ask(model).at(70_000);
    expect(mute.told).toMatchObject([{ at: 60_000, outcomes: [{ code: 'not_recorded' }] }]);
  });
});

describe('what belongs to a market', () => {
  it('its event and series come with the reply that completes them', () => {
    const metadata: EffectRequest = {
      kind: 'metadata',
      events: ['E1', 'E2'] as never,
      series: ['S'] as never,
    };
    const event = (one: string) => ({ event_ticker: one });
    const rig = new Rig().ask(metadata).at(20);
    rig.passes('venue', [http('/events?tickers=E1', { events: [event('E1')] })]);
    rig.at(40).passes('venue', [http('/events?tickers=E2', { events: [event('E2')] })]);
    expect(rig.told).toEqual([]);
    rig.at(60).passes('venue', [http('/series/S', { series: {} })]);
    expect(rig.told).toEqual([
      {
        at: 60,
        outcomes: [
          http('/events', { events: [event('E1'), event('E2')], cursor: '' }),
          http('/series/S', { series: {} }),
          { kind: 'end', parts: 2 },
        ],
      },
    ]);
  });

  it('is not answered before the recorded reply has ended', () => {
    const rig = new Rig().ask({ kind: 'metadata', events: [], series: ['S'] as never }).at(20);
    const part = (at: number, outcome: Outcome, last: boolean) => {
      rig.at(at);
      rig.tape.hear('venue', { effectId: 9, requestHash: 'x', part: 0, last, outcome });
    };
    part(60, http('/series/S', {}), false);
    expect(rig.told).toEqual([]);
    part(90, { kind: 'end', parts: 1 }, true);
    expect(rig.told).toMatchObject([{ at: 90 }]);
  });

  it('its book is the recorded one as it stands when the answer comes', () => {
    const frame = (text: object) =>
      rig.feed.take({ kind: 'frame', connection: 1, text: JSON.stringify(text) }, () => {});
    const rig = new Rig().ask({ kind: 'book', ticker: name });
    frame({
      type: 'orderbook_snapshot',
      sid: 1,
      seq: 1,
      msg: { market_ticker: name, yes_dollars_fp: [['0.4600', '10.00']], no_dollars_fp: [] },
    });
    rig.at(60);
    const [outcome] = rig.told[0]?.outcomes ?? [];
    const read = kalshiCodec.book(name, outcome?.kind === 'http' ? outcome.body : '');
    expect(read).toMatchObject({ value: { yes: [[4_600, 1_000]], no: [] } });
    rig.ask({ kind: 'book', ticker: ticker('other') }).at(200);
    expect(rig.told[1]?.outcomes).toMatchObject([{ code: 'not_recorded' }]);
  });

  it('its listing is brought up to date with its recorded life, whatever is known of it', () => {
    const rig = new Rig();
    const listed = kalshiCodec.market(JSON.stringify({ market: marketSample() }));
    if (!listed.ok) throw new Error('sample');
    rig.market = listed.value as ListedMarket;
    const read = () => {
      rig.ask({ kind: 'market', ticker: name }).at(rig.scheduler.now() - start + 100);
      const [outcome] = rig.told.at(-1)?.outcomes ?? [];
      const market = kalshiCodec.market(outcome?.kind === 'http' ? outcome.body : '');
      return market.ok ? market.value : null;
    };
    // As far as anybody knows it is open, and nobody knows its quotes.
    expect(read()).toBeNull();
    const life = (change: Parameters<MarketLives['hear']>[1]) =>
      rig.lives.hear(name, change, rig.scheduler.now());
    life({ kind: 'determined', settlementValue: price(0) });
    expect(read()).toEqual({ ...listed.value, status: 'determined', settlementValue: 0 });
    life({ kind: 'settled' });
    expect(read()).toEqual({ ...listed.value, status: 'finalized', settlementValue: 0 });
    // The exchange's own word, where it is newer.
    const body = { market: marketSample({ status: 'amended' }) };
    rig.passes('venue', [http(`/markets/${name}`, body)]);
    expect(read()?.status).toBe('amended');
  });

  it('its listing is that of the last list while its quotes are young, or it is over', () => {
    const rig = new Rig().lists('3.00').ask({ kind: 'market', ticker: name }).at(100);
    const read = () => {
      const [outcome] = rig.told.at(-1)?.outcomes ?? [];
      const market = kalshiCodec.market(outcome?.kind === 'http' ? outcome.body : '');
      return market.ok ? market.value : null;
    };
    expect(read()?.volume).toBe(300);
    rig.at(60_000).ask({ kind: 'market', ticker: name }).at(61_000);
    expect(read()).toBeNull();
    rig.lives.hear(name, { kind: 'settled' }, epochMs(start + 61_000));
    rig.ask({ kind: 'market', ticker: name }).at(62_000);
    expect(read()).toMatchObject({ volume: 300, status: 'finalized' });
  });
});
