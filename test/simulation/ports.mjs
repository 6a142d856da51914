// What the engine asks of the outside, done by a simulated one: disk, pool, exchange, socket. Replies go to the process that asked,
// if it is still there.

import { killAndLift, tightenCaps } from './happenings.mjs';
import { Requests } from './requests.mjs';
import { scriptedValuation } from './strategy.mjs';

export class Ports {
  #sim;
  #modules;
  #disk;
  #requests;

  constructor(sim, modules, disk) {
    this.#sim = sim;
    this.#modules = modules;
    this.#disk = disk;
    this.#requests = new Requests(sim);
  }

  ask(process, effect) {
    const sim = this.#sim;
    const { request } = effect;
    const isUp = () => sim.isUp(process);
    const reply = (source) => (outcomes) => {
      for (const [part, outcome] of outcomes.entries()) {
        if (!isUp()) return;
        const last = part === outcomes.length - 1;
        sim.give(source, {
          kind: 'reply',
          reply: { effectId: effect.id, requestHash: effect.hash, part, last, outcome },
        });
      }
    };
    switch (request.kind) {
      case 'send':
        sim.feed.command(request.connection, request.text);
        return;
      case 'flush':
        // People act at the worst moment: an order is written and not yet sent.
        if (sim.faults.hit('kill_at_order')) sim.later(1, () => killAndLift(sim));
        if (sim.faults.hit('caps_at_order')) sim.later(1, () => tightenCaps(sim));
        this.#disk.flush(request.recordSeq, (problem) => {
          if (!isUp()) return;
          const failed = { kind: 'failed', code: 'disk_failed', sent: false, detail: problem };
          reply('ledger')([
            problem === null ? { kind: 'flushed', recordSeq: request.recordSeq } : failed,
          ]);
          // A ledger that cannot be written ends the run; whoever looks after the process starts it again.
          if (problem !== null) sim.later(1, () => isUp() && sim.stop());
        });
        return;
      case 'value': {
        const { faults, draws } = sim;
        const output = scriptedValuation(request.job, draws, faults.hit('worker_mad'));
        const isFailed = faults.hit('worker_fails');
        const failed = { kind: 'failed', code: 'worker_failed', sent: true, detail: 'simulated' };
        const ms = faults.hit('worker_late') ? draws.whole('worker', 500, 20_000) : 40;
        sim.later(ms, () => reply('worker')([isFailed ? failed : { kind: 'worker', output }]));
        return;
      }
      case 'place':
        if (sim.faults.hit('close_at_order')) {
          const end = sim.world.outcome(request.order.ticker);
          sim.later(sim.draws.whole('close/order', 10, 3_000), () => sim.exchange.worldDoes(end));
        }
        sim.judge.leaves(request.order, process.engine.shot(request.order.ticker), sim.nowMs());
        this.#requests.perform(this.#modules, request, reply('venue'));
        return;
      case 'transfer':
        sim.judge.moves(request);
        this.#requests.perform(this.#modules, request, reply('venue'));
        return;
      case 'book': {
        const answer = reply('venue');
        const askedMs = sim.nowMs();
        this.#requests.perform(this.#modules, request, (outcomes) => {
          // However long the answer lies in a sleeping process, it is no younger than that.
          if (isUp() && outcomes[0]?.status === 200) sim.judge.fetched(request.ticker, askedMs);
          answer(outcomes);
        });
        return;
      }
      case 'calibrate':
      case 'evidence':
      case 'infer':
      case 'model':
        sim.later(1, () =>
          reply('engine')([
            { kind: 'failed', code: 'aborted', sent: false, detail: 'not simulated' },
          ]),
        );
        return;
      default: {
        const answer = reply('venue');
        this.#requests.perform(this.#modules, request, (outcomes, isWhole) => {
          if (isUp() && isWhole === true) sim.judge.readWhole(request.kind);
          answer(outcomes);
        });
      }
    }
  }
}
