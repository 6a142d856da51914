import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../clock.js';
import type { FromDashboard, ReplayCommand, ToDashboard } from '../dashboard/messages.js';
import type { DashboardPlan } from '../dashboard/plan.js';
import { limits } from '../limits.js';
import type { FeedMessage } from '../messages/dashboard-feed.js';
import type { FeedChannel } from '../sinks/dashboard-feed.js';
import { Restarts } from './restarts.js';

export type DashboardEvents = {
  /** Once: where it listens, and the code that opens it once. */
  readonly ready: (port: number, code: string) => void;
  /** It cannot be had; trading goes on without. */
  readonly failed: (code: string, detail: string) => void;
  readonly replay?: (command: ReplayCommand) => void;
};

const main = fileURLToPath(new URL('../dashboard/main.js', import.meta.url));
const complaintMax = 500;
const goneMsMax = 2_000;
/** What was told last is on its way to the pages. */
const lastWordMs = 400;

/**
 * The dashboard's process: started beside a run, started again when it dies, a few times. It is given no environment, so
 * that nothing of ours is in it, and its channel holds a bounded number of batches: one that hangs is told nothing more.
 */
export class DashboardChild {
  readonly channel: FeedChannel;
  private readonly events: DashboardEvents;
  private plan: DashboardPlan;
  private child: ChildProcess | null = null;
  private complaint = '';
  private isReady = false;
  private wasReady = false;
  private isStopping = false;
  private readonly restarts = new Restarts();
  private readyAt: number | null = null;
  private generation = 0;
  private sent = 0;
  private read = 0;
  private readAt = 0;
  private timer: NodeJS.Timeout | null = null;

  constructor(plan: DashboardPlan, events: DashboardEvents) {
    this.plan = plan;
    this.events = events;
    this.channel = {
      hasCredit: () => this.hasCredit(),
      send: (messages) => this.send(messages),
      generation: () => this.generation,
    };
  }

  start(): void {
    let child: ChildProcess;
    try {
      child = fork(main, [], {
        env: {},
        execArgv: [`--max-old-space-size=${limits.dashboardHeapMegabytes}`],
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
    } catch (error) {
      this.events.failed('dashboard_failed', String(error));
      return;
    }
    this.child = child;
    this.generation += 1;
    this.sent = 0;
    this.read = 0;
    this.complaint = '';
    child.stderr?.on('data', (text: Buffer) => {
      this.complaint = `${this.complaint}${text.toString()}`.slice(-complaintMax);
    });
    child.on('error', () => {});
    child.on('message', (message: FromDashboard) => this.hear(message));
    child.on('exit', () => this.gone());
    this.tell({ kind: 'plan', plan: this.plan });
  }

  /** Lets it show what came last, and ends it. */
  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.timer !== null) clearTimeout(this.timer);
    const { child } = this;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((done) => child.once('exit', () => done()));
    if (this.isReady) await sleep(lastWordMs);
    if (child.connected) child.disconnect();
    const kill = setTimeout(() => child.kill('SIGKILL'), goneMsMax);
    await exited;
    clearTimeout(kill);
  }

  private hasCredit(): boolean {
    if (!this.isReady) return false;
    if (this.sent - this.read < limits.feedUnacknowledgedMax) return true;
    // It hangs: another one takes its place.
    if (systemClock.monotonicMs() - this.readAt > limits.dashboardHungMs)
      this.child?.kill('SIGKILL');
    return false;
  }

  private send(messages: readonly FeedMessage[]): void {
    this.sent += 1;
    this.tell({ kind: 'batch', n: this.sent, messages });
  }

  private tell(message: ToDashboard): void {
    // A channel that has just closed says so by `exit`.
    if (this.child?.connected === true) this.child.send(message, () => {});
  }

  private hear(message: FromDashboard): void {
    switch (message.kind) {
      case 'read':
        this.read = message.n;
        this.readAt = systemClock.monotonicMs();
        return;
      case 'ready':
        this.isReady = true;
        this.readAt = systemClock.monotonicMs();
        this.readyAt = this.readAt;
        // Pages that are open find it again.
        this.plan = { ...this.plan, port: message.port };
        if (!this.wasReady) this.events.ready(message.port, message.code);
        this.wasReady = true;
        return;
      case 'failed':
        // One that was there before tries again: who has its port now may be gone soon.
        if (this.wasReady) this.complaint = message.detail;
        else {
          this.isStopping = true;
          this.events.failed(`dashboard_${message.code}`, message.detail);
        }
        if (this.child?.connected === true) this.child.disconnect();
        return;
      case 'replay':
        this.events.replay?.(message.command);
        return;
    }
  }

  private gone(): void {
    this.isReady = false;
    if (this.isStopping) return;
    const wellMs = this.readyAt === null ? 0 : systemClock.monotonicMs() - this.readyAt;
    this.readyAt = null;
    const waitMs = this.restarts.next(wellMs);
    if (waitMs === null) {
      this.events.failed('dashboard_failed', `it died again and again: ${this.complaint.trim()}`);
      return;
    }
    this.timer = setTimeout(() => this.start(), waitMs);
    this.timer.unref();
  }
}

const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));
