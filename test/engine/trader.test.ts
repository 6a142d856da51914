import { describe, expect, it } from 'vitest';
import { callId, epochMs, micros } from '../../src/domain/units.js';
import { Decisions } from '../../src/engine/decisions.js';
import { EffectDesk } from '../../src/engine/effect-desk.js';
import { KnownMarkets } from '../../src/engine/known-markets.js';
import { Trader } from '../../src/engine/trader.js';
import type { Effect } from '../../src/messages/effect.js';
import type { InferenceReply } from '../../src/messages/inference.js';
import { startingBlend } from '../../src/valuation/blend.js';
import { openedWith, settings } from '../support/executor-rig.js';

// Goal: whoever asks Claude is told what the executor decided in the step that decided it, and once.
const model = 'claude-haiku-5-5';
const dayMs = 86_400_000;
const noon = Date.UTC(2026, 10, 26, 12);
/** A whole answer: 1,000 tokens in, 1,000 out. */
const body = JSON.stringify({
  id: 'msg_1',
  model,
  usage: { input_tokens: 1_000, output_tokens: 1_000 },
});

function opened(inferenceDailyCap: number) {
  let now = epochMs(noon);
  const effects: Effect[] = [];
  const desk = new EffectDesk((effect) => effects.push(effect));
  const known = new KnownMarkets();
  const trader = new Trader({
    desk: () => ({
      now,
      inputSeq: 1,
      book: () => ({ yesAsks: [], noAsks: [], trust: 'unknown', ageMs: 0 as never }),
      market: known.get,
    }),
    codec: {} as never,
    effects: desk,
    decisions: new Decisions(),
    known,
    blend: () => startingBlend,
    emit: () => {},
  });
  trader.tell({
    kind: 'opened',
    opened: openedWith({ mode: 'paper', hasClaude: true }),
    settings: { ...settings, inferenceDailyCap },
  });
  trader.tell({ kind: 'model_checked', model, problem: null, isPassing: false, notice: null });
  const ask = (name: string): InferenceReply[] => {
    const heard: InferenceReply[] = [];
    const call = { callId: callId(name), model, tickers: [], body: '{}', maxCost: micros(10_000) };
    trader.infer(call).subscribe((reply) => heard.push(reply));
    return heard;
  };
  /** The provider answers every question that is out. */
  const answer = (): void => {
    for (const { id, hash, request } of effects.splice(0))
      if (request.kind === 'infer')
        desk.settle({
          effectId: id,
          requestHash: hash,
          part: 0,
          last: true,
          outcome: { kind: 'inference', status: 200, body, lost: 0, detail: '' },
        });
  };
  const sleep = (ms: number): void => {
    now = epochMs(now + ms);
  };
  return { trader, ask, answer, sleep };
}

describe('a question', () => {
  it('is answered once, when its bill is booked', () => {
    const { trader, ask, answer } = opened(500_000);
    const heard = ask('c1');
    expect(heard).toEqual([]);
    answer();
    expect(heard).toEqual([{ kind: 'answered', body }]);
    expect(trader.state.account?.treasury.calls).toBe(1);
  });

  it('that is not asked says why at once', () => {
    const { ask } = opened(29_999);
    expect(ask('c1')).toEqual([{ kind: 'refused', code: 'daily_cap' }]);
    expect(ask('c2')).toEqual([{ kind: 'refused', code: 'daily_cap' }]);
  });

  it('that is the first thing of a new day is asked, and its paid answer heard', () => {
    const { trader, ask, answer, sleep } = opened(30_500);
    ask('c1');
    answer();
    expect(ask('c2')).toEqual([{ kind: 'refused', code: 'daily_cap' }]);
    sleep(dayMs);
    const heard = ask('c3');
    expect(trader.state.account?.holds.size).toBe(1);
    expect(heard).toEqual([]);
    answer();
    expect(heard).toEqual([{ kind: 'answered', body }]);
  });
});
