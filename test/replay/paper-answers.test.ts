// Goal: a replay does not believe a paper fill: the venue is code, so what it answered is computed again.
import { expect, it } from 'vitest';
import type { Settings } from '../../src/config/schema.js';
import { quantity } from '../../src/domain/units.js';
import { paperDesk } from '../../src/exchange/paper/desk.js';
import { paperModel } from '../../src/exchange/paper/model.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { Input, Opened } from '../../src/messages/input.js';
import { engineTarget } from '../../src/replay/engine-target.js';
import { openedWith, ScriptedRun } from '../engine/scripted-run.js';

/** One window and its bet, answered by the real paper venue. */
function paperRun(): readonly Input[] {
  const run = new ScriptedRun();
  // A seed whose first draw is a fill.
  const settings = { ...(openedWith().settings as Settings), seed: 3 };
  const desk = paperDesk({
    model: paperModel(settings.seed),
    speed: 1,
    scheduler: run.scheduler,
    cashUnit: () => settings.balancePrecision,
    book: (ticker) => run.engine.shot(ticker),
    market: run.engine.market,
    position: () => quantity(0),
    keyless: () => false,
  });
  const answers: Outcome[] = [];
  run.engine.steps$.subscribe((step) => {
    if (step.kind === 'effect' && step.effect.request.kind === 'place')
      desk(step.effect.request).subscribe((outcome) => answers.push(outcome));
  });
  run.ready({ mode: 'paper', settings }).tick(2_010).reply('value').reply('flush').tick(500);
  run.reply('place', answers);
  expect(run.engine.totals().positions).toBe(1);
  return run.give('engine', { kind: 'stop', reason: 'done' }, 1).inputs;
}

function misfits(inputs: readonly Input[]): readonly string[] {
  const found: string[] = [];
  const [first] = inputs;
  const target = engineTarget(first?.payload as Opened, {
    effect: () => {},
    misfit: (what) => found.push(what.replace(/\d+/, 'N')),
  });
  for (const input of inputs) {
    target.scheduler.advanceTo(input.at);
    target.deliver(input);
  }
  return found;
}

it('the same answer is found again', () => {
  expect(misfits(paperRun())).toEqual([]);
});

it('an answer that the venue never gave is a divergence', () => {
  const edited = JSON.parse(JSON.stringify(paperRun()).replace(/"fee":\d+/, '"fee":1')) as Input[];
  expect(misfits(edited)).toEqual(['paper answer to effect N']);
});

it('an answer that came before the order could be there is one too', () => {
  const inputs = paperRun();
  const at = inputs.findIndex(
    ({ payload }) => payload.kind === 'reply' && payload.reply.outcome.kind === 'paper',
  );
  const early = inputs.map((input, place) =>
    place < at - 1 ? input : { ...input, at: inputs[at - 2]?.at ?? input.at },
  );
  expect(misfits(early)).toEqual(['paper answer to effect N']);
});
