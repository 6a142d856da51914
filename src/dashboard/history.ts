import type { Clock } from '../clock.js';
import type { LedgerRecord } from '../domain/records.js';
import { limits } from '../limits.js';
import { exportRecords } from '../sinks/ledger/inspect.js';
import type { Replica } from './replica/replica.js';

/**
 * Keeps the replica's records without a hole: those of before this process, and those that were dropped on the way, come
 * from the ledger, read without its lock.
 */
export class History {
  readonly #home: string | null;
  readonly #replica: Replica;
  readonly #clock: Pick<Clock, 'setTimer'>;
  /** Beyond the hole. */
  #waiting: LedgerRecord[] = [];
  #isReading = false;

  constructor(home: string | null, replica: Replica, clock: Pick<Clock, 'setTimer'>) {
    this.#home = home;
    this.#replica = replica;
    this.#clock = clock;
  }

  hear(records: readonly LedgerRecord[]): void {
    for (const record of records) {
      if (record.seq <= this.#replica.seq + 1) this.#replica.record(record);
      else this.#waiting.push(record);
    }
    if (this.#waiting.length > limits.feedRecordsMax)
      this.#waiting = this.#waiting.slice(-limits.feedRecordsMax);
    if (this.#waiting.length > 0) void this.catchUp();
  }

  /** Reads what the ledger has beyond the replica, and again a little later while there is still a hole. */
  async catchUp(): Promise<void> {
    if (this.#isReading || this.#home === null) return;
    this.#isReading = true;
    let read = 0;
    await exportRecords(
      this.#home,
      (line) => {
        this.#replica.record(JSON.parse(line) as LedgerRecord);
        read += 1;
        return read % limits.exportRecordsMax === 0 ? this.#breath() : null;
      },
      this.#replica.seq + 1,
    );
    this.#isReading = false;
    const waiting = this.#waiting.filter(({ seq }) => seq > this.#replica.seq);
    this.#waiting = [];
    for (const record of waiting) {
      if (record.seq === this.#replica.seq + 1) this.#replica.record(record);
      else this.#waiting.push(record);
    }
    if (this.#waiting.length > 0)
      this.#clock.setTimer(limits.dashboardPatchMs, () => void this.catchUp());
  }

  /** Others have their turn: pages are answered while a long ledger is read. */
  #breath(): Promise<void> {
    return new Promise((rested) => void this.#clock.setTimer(0, rested));
  }
}
