import type { Account } from '../../domain/account.js';
import { realizedNet } from '../../domain/postings.js';
import type { LedgerRecord } from '../../domain/records.js';
import { equity } from '../../domain/risk.js';
import { limits } from '../../limits.js';
import type { ChartMark, EquityPoint } from '../../messages/dashboard.js';
import { EquityCurve } from '../../report/equity.js';

/** Equity from window to window and at each settlement, and the moments worth a mark on its chart. */
export class Equity {
  readonly #curve = new EquityCurve();
  #marks: readonly ChartMark[] = [];
  #settings = '';
  #paidIn = 0;

  /** The account after the record. True: there is a new point. */
  hear(account: Account, { at, body }: LedgerRecord): boolean {
    if (body.kind === 'opening' || body.kind === 'adjusted') this.#paidIn += body.amount;
    if (body.kind !== 'cycle' && body.kind !== 'settled') return false;
    const now = equity(account, ({ mark }) => mark);
    this.#curve.add(at, now - this.#paidIn, realizedNet(account.balances));
    return true;
  }

  /** True: there is a new mark. */
  mark({ at, run, body }: LedgerRecord): boolean {
    switch (body.kind) {
      case 'opened':
        this.#settings = body.settingsHash;
        return this.add({ at, kind: 'start', text: `run ${run}` });
      case 'settings': {
        const isNew = body.settingsHash !== this.#settings;
        this.#settings = body.settingsHash;
        return isNew && this.add({ at, kind: 'settings', text: 'settings changed' });
      }
      case 'latch':
        return body.set
          ? this.add({ at, kind: 'hold', text: `${body.level}: ${body.why}` })
          : this.add({ at, kind: 'resume', text: body.why });
      default:
        return false;
    }
  }

  add(mark: ChartMark): true {
    this.#marks = [...this.#marks, mark].slice(-limits.dashboardMarksMax);
    return true;
  }

  marks(): readonly ChartMark[] {
    return this.#marks;
  }

  /** Net of deposits: as if what has been paid in until now had been there from the start. */
  points(): readonly EquityPoint[] {
    return this.#curve
      .curve()
      .map(({ at, marked, realized, drawdown }) => [at, this.#paidIn + marked, realized, drawdown]);
  }
}
