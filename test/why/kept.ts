import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Subject } from 'rxjs';
import { systemClock } from '../../src/clock.js';
import { type Canonical, canonical } from '../../src/domain/canonical.js';
import type { LedgerRecord } from '../../src/domain/records.js';
import type { Step } from '../../src/messages/step.js';
import { Chains } from '../../src/sinks/chains/chains.js';
import { ledgerPath } from '../../src/sinks/ledger/ledger.js';
import { createStore, openStore } from '../../src/sinks/ledger/store.js';
import perform from '../../src/workers/valuation-worker.js';

/** A home as a run leaves it: its chains, kept by the sink from these steps, and its ledger's records. */
export class KeptHome {
  readonly home = mkdtempSync(join(tmpdir(), 'why-'));
  readonly problems: string[] = [];
  readonly records: LedgerRecord[] = [];
  private readonly steps$ = new Subject<Step>();
  private readonly chains: Chains;

  constructor(speed: number) {
    this.chains = new Chains({
      home: this.home,
      run: () => 1,
      speed,
      pack: async (entries) => perform({ kind: 'chains', entries }) as Uint8Array,
      setTimer: systemClock.setTimer,
      report: (problem) => this.problems.push(problem),
    });
    this.chains.sink(this.steps$).subscribe();
  }

  readonly hear = (step: Step): void => {
    if (step.kind === 'records') this.records.push(...step.records);
    this.steps$.next(step);
  };

  /** Everything heard so far is on disk. */
  async written(): Promise<void> {
    await this.chains.settled();
    const path = ledgerPath(this.home);
    mkdirSync(dirname(path), { recursive: true });
    await createStore(path);
    const store = openStore(path, false);
    await store.root.transaction(() => {
      for (const record of this.records)
        store.records.putSync(record.seq, canonical(record as unknown as Canonical));
    });
    await store.root.close();
  }
}
