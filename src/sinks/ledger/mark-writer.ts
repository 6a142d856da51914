import type { Account } from '../../domain/account.js';
import { limits } from '../../limits.js';
import { type HighWater, writeHighWater } from './high-water.js';
import { reasonOf } from './problem.js';

/** Keeps the mark at most `highWaterRecordsMax` records or `highWaterMsMax` behind the ledger. */
export class MarkWriter {
  private readonly home: string;
  private readonly warn: (code: string, text: string) => void;
  private wanted: HighWater | null = null;
  private writtenSeq = 0;
  /** There is one, of this run or of an earlier one. */
  isThere: boolean;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();

  constructor(home: string, isThere: boolean, warn: (code: string, text: string) => void) {
    this.home = home;
    this.isThere = isThere;
    this.warn = warn;
  }

  /** Called after every commit. `isNow`: the first records of a ledger are marked before anyone relies on them. */
  async advance(account: Account, isNow: boolean): Promise<void> {
    const { head, genesis } = account;
    this.wanted = { genesis: genesis.hash, seq: head.seq, hash: head.hash };
    if (isNow || head.seq - this.writtenSeq >= limits.highWaterRecordsMax) await this.write();
    else this.timer ??= setTimeout(() => void this.write(), limits.highWaterMsMax).unref();
  }

  async close(): Promise<void> {
    await this.write();
  }

  private write(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.writing = this.writing.then(async () => {
      const mark = this.wanted;
      if (mark === null || mark.seq === this.writtenSeq) return;
      try {
        await writeHighWater(this.home, mark);
        this.writtenSeq = mark.seq;
        this.isThere = true;
      } catch (error) {
        this.warn('mark_failed', `the high-water mark was not written: ${reasonOf(error)}`);
      }
    });
    return this.writing;
  }
}
