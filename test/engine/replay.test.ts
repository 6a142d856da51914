// Goal: the log alone decides. The same inputs into a second engine give the same bytes; other inputs are reported.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Outcome } from '../../src/messages/effect.js';
import type { Input } from '../../src/messages/input.js';
import { answerOf, cheap, names, quoteOf, replayed, ScriptedRun } from './scripted-run.js';

/** Two windows with a bet in the first, a hole, a reconnect, and an end. */
function whole(): ScriptedRun {
  const run = new ScriptedRun().ready().tick(2_010).reply('value').reply('flush');
  run.reply('place').delta(names[2] ?? '', { cents: 20, by: '3.00' });
  run.delta(cheap, { cents: 10, by: '3.00', seq: 500 });
  run.tick(5_000);
  run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' }, 10);
  run.connect().tick(30_000).tick(30_000);
  for (let left = 20; left > 0 && run.waiting.length > 0; left -= 1) {
    const [effect] = run.waiting;
    if (effect !== undefined) run.reply(effect.request.kind);
  }
  return run.give('engine', { kind: 'stop', reason: 'done' }, 1);
}

const at = (inputs: readonly Input[], kind: string, nth = 0): number =>
  inputs.flatMap(({ payload }, place) => (payload.kind === kind ? [place] : []))[nth] ?? -1;

/** The log with other inputs; numbered anew, times kept. */
const edited = (inputs: readonly Input[], edit: (log: Input[]) => void): readonly Input[] => {
  const log = structuredClone(inputs) as Input[];
  const times = log.map((input) => input.at);
  edit(log);
  return log.map((input, place) => ({
    ...input,
    seq: place + 1,
    at: times[place] ?? input.at,
  }));
};

describe('the same log again', () => {
  it('comes to the same steps, decisions and ledger', () => {
    const run = whole();
    const again = replayed(run.inputs);
    expect(again.engine.totals()).toEqual(run.engine.totals());
    expect(run.engine.totals()).toMatchObject({ windows: 2, orders: { submitted: 1, unknown: 1 } });
    expect(again.steps).toEqual(run.steps);
    expect(again.problems).toEqual([]);
  });

  it('comes to the same from its JSON, as a recording keeps it', () => {
    const run = whole();
    const again = replayed(JSON.parse(JSON.stringify(run.inputs)) as Input[]);
    expect(again.digest()).toBe(run.digest());
  });

  it('is another one with one digit of one verdict changed: the hashes tell', () => {
    const run = whole();
    const inputs = edited(run.inputs, (log) => {
      const value = log.find(
        ({ payload }) => payload.kind === 'reply' && payload.reply.outcome.kind === 'worker',
      );
      if (value?.payload.kind !== 'reply' || value.payload.reply.outcome.kind !== 'worker') return;
      const output = value.payload.reply.outcome.output as { verdicts: { sigma: number }[] };
      const [verdict] = output.verdicts;
      if (verdict !== undefined) verdict.sigma += 1e-6;
    });
    const again = replayed(inputs);
    expect(again.problems).toEqual([]);
    expect(again.engine.totals().decisionsHash).not.toBe(run.engine.totals().decisionsHash);
    expect(again.engine.totals().ledger.headHash).not.toBe(run.engine.totals().ledger.headHash);
  });
});

describe('replies that do not fit are reported', () => {
  it('two parts of one reply in the wrong order', () => {
    const inputs = edited(whole().inputs, (log) => {
      const first = at(log, 'reply');
      const [a, b] = [log[first], log[first + 1]];
      if (a !== undefined && b !== undefined) log.splice(first, 2, b, a);
    });
    expect(replayed(inputs).problems[0]).toMatchObject({ code: 'part_out_of_order', effectId: 1 });
  });

  it('a reply that is missing: what it would have led to was never asked', () => {
    const inputs = edited(whole().inputs, (log) => {
      // The last page of the scan and its end.
      log.splice(at(log, 'reply', 1), 2);
    });
    const { problems } = replayed(inputs);
    expect(problems[0]).toMatchObject({ code: 'unasked', askedHash: null });
  });

  it('a reply from elsewhere', () => {
    const inputs = edited(whole().inputs, (log) => {
      const place = at(log, 'reply', 3);
      const input = log[place];
      if (input?.payload.kind !== 'reply') return;
      const reply = { ...input.payload.reply, requestHash: '0123456789abcdef' };
      log[place] = { ...input, payload: { kind: 'reply', reply } };
    });
    expect(replayed(inputs).problems[0]).toMatchObject({
      code: 'other_request',
      recordedHash: '0123456789abcdef',
    });
  });

  it('a reply twice', () => {
    const inputs = edited(whole().inputs, (log) => {
      const place = at(log, 'reply', 3);
      const input = log[place];
      if (input !== undefined) log.splice(place, 0, input);
    });
    expect(replayed(inputs).problems[0]?.code).toBe('part_out_of_order');
  });

  it('an order that was sent under other settings: its answer is to nothing we asked', () => {
    const inputs = edited(whole().inputs, (log) => {
      const [opened] = log;
      if (opened?.payload.kind !== 'opened') return;
      const settings = { ...(opened.payload.settings as object), bankroll: 5_000_000_000 };
      log[0] = { ...opened, payload: { ...opened.payload, settings } };
    });
    expect(replayed(inputs).problems[0]?.code).toBe('other_request');
  });
});

/** The other answer to an order: taken, and nothing was there. */
const nothingTaken = ({ request }: Effect): readonly Outcome[] =>
  request.kind === 'place'
    ? [
        {
          kind: 'http',
          status: 201,
          path: '/portfolio/events/orders',
          body: JSON.stringify({
            order_id: request.order.clientOrderId,
            fill_count: '0.00',
            remaining_count: '0.00',
          }),
        },
      ]
    : answerOf(request);

describe('property: whatever comes in whatever order, its replay comes to the same', () => {
  const move = fc.record({
    what: fc.constantFrom(
      'answer',
      'answer',
      'answer',
      'delta',
      'snapshot',
      'tick',
      'link',
      'kill',
    ),
    which: fc.nat({ max: 9 }),
    afterMs: fc.constantFrom(0, 1, 40, 900, 2_500, 16_000, 61_000),
  });

  it('holds', () => {
    let bets = 0;
    fc.assert(
      fc.property(
        fc.array(move, { minLength: 5, maxLength: 30 }),
        fc.constantFrom('live' as const, 'paper' as const),
        (moves, mode) => {
          const run = new ScriptedRun().ready({ mode }).tick(2_010).reply('value');
          let isUp = true;
          for (const { what, which, afterMs } of moves) {
            run.tick(afterMs);
            const name = names[which] ?? cheap;
            const [effect] = run.waiting.splice(which % Math.max(1, run.waiting.length), 1);
            if (what !== 'answer' && effect !== undefined) run.waiting.push(effect);
            if (what === 'answer' && effect !== undefined) {
              run.waiting.push(effect);
              run.waiting.reverse();
              run.reply(effect.request.kind, which % 2 === 0 ? undefined : nothingTaken(effect));
            } else if (what === 'delta')
              run.delta(name, { cents: quoteOf(name).bid, by: which % 2 === 0 ? '5.00' : '-5.00' });
            else if (what === 'snapshot') run.snapshot(name);
            else if (what === 'link' && isUp) {
              isUp = false;
              run.give('feed', { kind: 'disconnected', connection: 1, reason: 'cut' });
            } else if (what === 'link') {
              isUp = true;
              run.connect();
            } else if (what === 'kill' && which < 3)
              run.give('operator', {
                kind: 'operator',
                command:
                  which === 0
                    ? { kind: 'kill', level: 'pause', why: 'a' }
                    : { kind: 'resume', why: 'b' },
              });
          }
          const { orders, ledger } = run.engine.totals();
          bets += orders.submitted;
          expect(ledger.balanced).toBe(true);
          expect(run.problems).toEqual([]);
          const again = replayed(run.inputs);
          expect(again.problems).toEqual([]);
          expect(again.digest()).toBe(run.digest());
          // An order leaves when the ledger says that it is written down, and at no other moment.
          for (const step of run.steps)
            if (step.kind === 'effect' && step.effect.request.kind === 'place')
              expect(run.inputs[step.inputSeq - 1]?.payload).toMatchObject({
                reply: { outcome: { kind: 'flushed' } },
              });
        },
      ),
      { numRuns: 15 },
    );
    // Otherwise the property says little.
    expect(bets).toBeGreaterThan(0);
  });
});
