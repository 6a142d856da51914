import { ignoreElements, type Observable, tap } from 'rxjs';
import { limits } from '../../limits.js';
import type { ChainEntry } from '../../messages/chain-line.js';
import type { Step } from '../../messages/step.js';
import { ChainEntries, type ChainSource } from './entries.js';
import { ChainFiles } from './files.js';

export type ChainPorts = ChainSource & {
  readonly home: string;
  /** Makes a gzip member of entries, on another thread. */
  readonly pack: (entries: readonly ChainEntry[]) => Promise<Uint8Array>;
  readonly setTimer: (ms: number, fire: () => void) => () => void;
  readonly report: (problem: string) => void;
};

/**
 * Keeps, for every valued market and every intent, what it was decided on: one file a window. Nobody waits for it: entries
 * are gathered, packed on another thread and appended, one batch at a time. What cannot be kept is reported once and costs
 * no order.
 */
export class Chains {
  private readonly ports: ChainPorts;
  private readonly entries: ChainEntries;
  private readonly files: ChainFiles;
  private waiting: ChainEntry[] = [];
  private disarm: (() => void) | null = null;
  private writing: Promise<void> = Promise.resolve();
  private isWriting = false;
  private isBroken = false;

  constructor(ports: ChainPorts) {
    this.ports = ports;
    this.entries = new ChainEntries(ports);
    this.files = new ChainFiles(ports.home, limits.chainBytesMax);
  }

  readonly sink = (steps$: Observable<Step>): Observable<never> =>
    steps$.pipe(
      tap((step) => {
        const entry = this.entries.hear(step);
        if (entry !== null) this.add(entry);
      }),
      ignoreElements(),
    );

  /** Settles once everything heard so far is on disk, or is given up. */
  async settled(): Promise<void> {
    this.disarm?.();
    this.disarm = null;
    while (this.isWriting || this.waiting.length > 0) {
      if (!this.isWriting) this.write();
      await this.writing;
    }
  }

  private add(entry: ChainEntry): void {
    if (this.hasRoom(entry)) this.waiting.push(entry);
    else this.broken(`the thread or the disk is too slow: ${this.waiting.length} wait`);
    if (!this.isWriting) this.arm();
  }

  private hasRoom({ kind }: ChainEntry): boolean {
    const { waiting } = this;
    if (waiting.length >= limits.chainEntriesWaitingMax) return false;
    const windows = waiting.filter((entry) => entry.kind === 'window').length;
    return kind !== 'window' || windows < limits.chainWindowsWaitingMax;
  }

  private arm(): void {
    this.disarm ??= this.ports.setTimer(limits.chainsGatherMs, () => {
      this.disarm = null;
      this.write();
    });
  }

  /** Everything that waits for one and the same file. */
  private write(): void {
    const [first] = this.waiting;
    if (first === undefined || this.isWriting) return;
    const { run, cycle } = first;
    const batch = this.waiting.filter((entry) => entry.run === run && entry.cycle === cycle);
    this.waiting = this.waiting.filter((entry) => !(entry.run === run && entry.cycle === cycle));
    this.isWriting = true;
    this.writing = this.ports
      .pack(batch)
      .then((member) => this.files.append(run, cycle, member))
      .then(
        () => {
          this.isBroken = false;
        },
        (error: unknown) => this.broken(error instanceof Error ? error.message : String(error)),
      )
      .then(() => {
        this.isWriting = false;
        if (this.waiting.length > 0) this.arm();
      });
  }

  private broken(why: string): void {
    if (!this.isBroken)
      this.ports.report(`decisions are not kept for \`why\`, trading goes on: ${why}`);
    this.isBroken = true;
  }
}
