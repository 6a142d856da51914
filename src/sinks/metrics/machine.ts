import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

/** What the process takes of the machine. Seconds and bytes. */
export type MachineReadings = {
  /** How late the event loop was since the last reading. */
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly cpuSeconds: number;
};

const lookEveryMs = 20;

/** Watches this process from its making until `close`. */
export class Machine {
  private readonly delays: IntervalHistogram = monitorEventLoopDelay({ resolution: lookEveryMs });

  constructor() {
    this.delays.enable();
  }

  /** Begins the next reading. */
  read(): MachineReadings {
    const { delays } = this;
    const loopDelayP99 = late(delays.percentile(99));
    const loopDelayMax = late(delays.max);
    delays.reset();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    return {
      loopDelayP99,
      loopDelayMax,
      residentBytes: rss,
      heapUsedBytes: heapUsed,
      cpuSeconds: (user + system) / 1e6,
    };
  }

  close(): void {
    this.delays.disable();
  }
}

/** The histogram holds times between two looks, in nanoseconds: what is beyond the pause between them is delay. */
const late = (ns: number): number => Math.max(0, (ns - lookEveryMs * 1e6) / 1e9);
