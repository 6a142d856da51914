import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, applyRecord } from '../../domain/account.js';
import { encodeAccount } from '../../domain/account-codec.js';
import { assert } from '../../domain/assert.js';
import type { Canonical } from '../../domain/canonical.js';
import type { LedgerRecord } from '../../domain/records.js';
import { err, ok, type Result } from '../../domain/result.js';
import { limits } from '../../limits.js';
import type { SettledVerdict } from '../../valuation/settled.js';
import { type CommitClock, type CommitTime, commitTimer } from './commit-time.js';
import { makeDirectory } from './directories.js';
import { freeBytes } from './free-space.js';
import { highWaterPath, readHighWater } from './high-water.js';
import { takeLock } from './lock.js';
import { MarkWriter } from './mark-writer.js';
import { pageProblem } from './pages.js';
import { type LedgerProblem, type LedgerProblemCode, reasonOf } from './problem.js';
import { eachSettled, readerOf } from './settled.js';
import { commit, createStore, openStore, type Store, versionOf } from './store.js';
import { verifyStore, versionProblem } from './verify.js';

export type LedgerOptions = {
  /** Directory of this one ledger; made if it is not there. */
  readonly home: string;
  readonly mode: 'paper' | 'live';
  readonly environment: 'demo' | 'production' | 'loopback';
  readonly account: string;
  /** Told what a person should know: a slow disk, a mark that could not be written. */
  readonly onWarning?: (code: string, text: string) => void;
  /** Told how long each commit took, real ms. */
  readonly onCommit?: ((ms: number) => void) | undefined;
  /** Real time, for how long commits take. */
  readonly clock?: CommitClock;
};

export type Ledger = {
  /** What the records add up to; null on a new ledger. */
  readonly recovered: Account | null;
  /** The same as plain data, for `opened`. */
  readonly recoveredPlain: Canonical | null;
  /** Number of the run that begins now, from 1. */
  readonly nextRun: number;
  /** Takes records in chain order and begins to write them; one transaction at a time, in groups. Never throws. */
  readonly append: (records: readonly LedgerRecord[]) => void;
  /** Once every record up to `seq` is on disk. A failure is for good: nothing may be sent any more. */
  readonly flush: (seq: number) => Promise<Result<number, LedgerProblem>>;
  /** Every verdict up to this record whose market has an outcome up to it, oldest first; leaves room for other work. */
  readonly settled: (
    throughSeq: number,
    visit: (verdict: SettledVerdict) => void,
  ) => Promise<Result<null, LedgerProblem>>;
  /** Resolves once nothing can be written any more, though nobody waits for it; `close` is no failure. */
  readonly failed: Promise<LedgerProblem>;
  /** Last record on disk. */
  readonly durableSeq: () => number;
  /** Writes what is left, the mark, and lets go of file and lock. */
  readonly close: () => Promise<void>;
};

export const ledgerPath = (home: string): string => join(home, 'ledger', 'ledger.mdb');

/**
 * Opens the ledger of one mode, environment and account, or says in one line why not. Nothing is trusted: the lock, the
 * pages, the chain, the books, the views and the mark are all checked first, however long ago it was last open.
 */
export async function openLedger(options: LedgerOptions): Promise<Result<Ledger, LedgerProblem>> {
  // LMDB's files follow the mask: what is in them is nobody else's business.
  process.umask(0o077);
  const lock = await takeLock(options.home);
  if (!lock.ok) return lock;
  const opened = await openLocked(options);
  if (!opened.ok) {
    await lock.value.release();
    return opened;
  }
  const writer = new LedgerWriter(opened.value.store, opened.value.account, options);
  const { account } = opened.value;
  return ok({
    recovered: account,
    recoveredPlain: account === null ? null : encodeAccount(account),
    nextRun: (account?.run ?? 0) + 1,
    append: (records) => writer.append(records),
    flush: (seq) => writer.flush(seq),
    settled: (throughSeq, visit) =>
      eachSettled(
        readerOf(opened.value.store, throughSeq, () => writer.isOpen),
        visit,
      ),
    failed: writer.failed,
    durableSeq: () => writer.durableSeq,
    close: async () => {
      await writer.close();
      await lock.value.release();
    },
  });
}

async function openLocked(
  options: LedgerOptions,
): Promise<Result<{ readonly store: Store; readonly account: Account | null }, LedgerProblem>> {
  const { home } = options;
  const path = ledgerPath(home);
  const bad = (code: LedgerProblemCode, what: string): Result<never, LedgerProblem> =>
    err({ code, text: `${path}: ${what}` });
  let store: Store;
  const mark = readHighWater(home);
  try {
    makeDirectory(dirname(path));
    makeDirectory(dirname(highWaterPath(home)));
    const free = await freeBytes(home);
    if (!(free !== null && free >= limits.ledgerFreeBytesMin))
      return bad('low_space', `less than ${limits.ledgerFreeBytesMin} bytes free; make room`);
    if (existsSync(path)) {
      const problem = pageProblem(path);
      if (problem !== null)
        return bad(
          'file_damaged',
          `${problem}; restore a copy that is not older, or start a new one`,
        );
      const otherVersion = versionProblem(await versionOf(path));
      if (otherVersion !== null) return bad('other_version', otherVersion);
    } else if (mark !== null)
      return bad('missing', 'the file is gone, though its high-water mark is there');
    else await createStore(path);
    store = openStore(path, false);
  } catch (error) {
    return bad('not_writable', reasonOf(error));
  }
  const verified = verifyStore(store, mark, path);
  const problem = verified.ok
    ? (ownerProblem(verified.value.account, options, path) ??
      (verified.value.isBalanced
        ? null
        : ({ code: 'chain_broken', text: `${path}: the books do not balance` } as const)))
    : verified.error;
  if (problem !== null || !verified.ok) {
    await store.root.close();
    return err(problem ?? { code: 'chain_broken', text: path });
  }
  return ok({ store, account: verified.value.account });
}

/** Whose a ledger is, in words: "live, demo, main". */
export const ownerOf = (owner: Pick<LedgerOptions, 'mode' | 'environment' | 'account'>): string =>
  `${owner.mode}, ${owner.environment}, ${owner.account}`;

function ownerProblem(
  account: Account | null,
  { mode, environment, account: label }: LedgerOptions,
  path: string,
): LedgerProblem | null {
  if (account === null) return null;
  const is = ownerOf(account.genesis);
  const wanted = ownerOf({ mode, environment, account: label });
  return is === wanted
    ? null
    : { code: 'other_ledger', text: `${path}: belongs to ${is}; these settings are ${wanted}` };
}

type Waiter = {
  readonly seq: number;
  readonly done: (result: Result<number, LedgerProblem>) => void;
};

/** Group commit: whatever came while a transaction was on its way goes into the next one. */
class LedgerWriter {
  private readonly store: Store;
  private readonly mark: MarkWriter;
  private readonly warn: (code: string, text: string) => void;
  private readonly committed: (ms: number) => void;
  private account: Account | null;
  private readonly clock: CommitClock | undefined;
  private queue: LedgerRecord[] = [];
  private waiters: Waiter[] = [];
  private running: Promise<void> | null = null;
  private starting: NodeJS.Immediate | null = null;
  /** Set once and for good. */
  private problem: LedgerProblem | null = null;
  private isDead = false;
  private slowInARow = 0;
  private tellFailure: (problem: LedgerProblem) => void = () => {};
  readonly failed = new Promise<LedgerProblem>((resolve) => {
    this.tellFailure = resolve;
  });
  durableSeq: number;

  constructor(store: Store, account: Account | null, options: LedgerOptions) {
    this.store = store;
    this.account = account;
    this.durableSeq = account?.head.seq ?? 0;
    this.warn = options.onWarning ?? (() => {});
    this.committed = options.onCommit ?? (() => {});
    this.clock = options.clock;
    this.mark = new MarkWriter(options.home, readHighWater(options.home) !== null, this.warn);
  }

  get isOpen(): boolean {
    return this.problem === null;
  }

  append(records: readonly LedgerRecord[]): void {
    if (this.isDead || records.length === 0) return;
    this.queue.push(...records);
    if (this.running !== null || this.starting !== null) return;
    // Nobody waits for these yet: what they are about, an order perhaps, leaves first.
    // tidy-ok: not a moment, only later than this turn
    this.starting = setImmediate(() => this.start());
  }

  flush(seq: number): Promise<Result<number, LedgerProblem>> {
    if (this.problem !== null) return Promise.resolve(err(this.problem));
    if (seq <= this.durableSeq) return Promise.resolve(ok(seq));
    this.start();
    return new Promise((done) => this.waiters.push({ seq, done }));
  }

  async close(): Promise<void> {
    this.start();
    await this.running;
    this.fail({ code: 'closed', text: 'the ledger is closed' });
    this.isDead = true;
    await this.mark.close();
    await this.store.root.close();
  }

  private start(): void {
    if (this.starting !== null) clearImmediate(this.starting);
    this.starting = null;
    if (this.queue.length > 0) this.running ??= this.run();
  }

  private async run(): Promise<void> {
    while (this.queue.length > 0 && !this.isDead) {
      const records = this.queue;
      this.queue = [];
      await this.write(records);
    }
    this.running = null;
  }

  private async write(records: readonly LedgerRecord[]): Promise<void> {
    let account = this.account;
    for (const record of records) account = applyRecord(account, record);
    assert(account !== null, 'a commit has records');
    const timed = commitTimer(this.clock);
    try {
      await commit(this.store, records, this.account, account, this.mark.isThere);
      const isFirst = this.account === null;
      this.account = account;
      this.durableSeq = account.head.seq;
      await this.mark.advance(account, isFirst);
    } catch (error) {
      timed();
      this.isDead = true;
      this.queue = [];
      this.fail({ code: 'commit_failed', text: `ledger: a commit failed: ${reasonOf(error)}` });
      return;
    }
    const time = timed();
    this.committed(time.tookMs);
    this.judge(time);
    const done = this.waiters.filter(({ seq }) => seq <= this.durableSeq);
    this.waiters = this.waiters.filter(({ seq }) => seq > this.durableSeq);
    for (const waiter of done) waiter.done(ok(waiter.seq));
  }

  /**
   * One slow commit is told: what waited for it is walked over the book again before it is sent. Several in a row mean a
   * disk that orders cannot wait for. What the processor made late is no disk's fault, and has guards of its own.
   */
  private judge({ tookMs, diskMs }: CommitTime): void {
    const ms = Math.round(tookMs);
    // Written so that NaN counts.
    if (diskMs <= limits.commitBreakerMs && tookMs <= limits.commitExcusedMsMax)
      this.slowInARow = 0;
    else this.slowInARow += 1;
    if (this.slowInARow >= limits.slowCommitsInARowMax)
      this.fail({
        code: 'slow_disk',
        text: `ledger: ${this.slowInARow} commits in a row took over ${limits.commitBreakerMs} ms, the last one ${ms} ms`,
      });
    else if (!(tookMs <= limits.commitWarnMs))
      this.warn('slow_commit', `a ledger commit took ${ms} ms`);
  }

  private fail(problem: LedgerProblem): void {
    this.problem ??= problem;
    const { waiters } = this;
    this.waiters = [];
    for (const { done } of waiters) done(err(this.problem));
    if (this.problem.code !== 'closed') this.tellFailure(this.problem);
  }
}
