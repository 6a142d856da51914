import type { Clock } from '../../clock.js';
import type { Input } from '../../messages/input.js';
import type { Step } from '../../messages/step.js';
import type { Pulse } from '../pulse.js';
import type { Readings, RunObserver } from '../readings.js';
import { gauge, gaugeMachine } from './gauges.js';
import { Instruments } from './instruments.js';
import type { MachineReadings } from './machine.js';
import { Stages } from './stages.js';
import { Tallies } from './tallies.js';

export type MetricsPorts = {
  readonly clock: Pick<Clock, 'monotonicMs' | 'realNow'>;
  readonly version: string;
  readonly pulse: Pulse;
  /** Null before the run has opened. */
  readonly readings: () => Readings | null;
  readonly machine: () => MachineReadings;
  /** How many alerts of each rule are firing. */
  readonly firing: () => ReadonlyMap<string, number>;
};

/** The figures of one run in the text format of Prometheus: steps and inputs are counted, the rest is read when asked. */
export class Metrics implements RunObserver {
  private readonly ports: MetricsPorts;
  private readonly instruments = new Instruments();
  private readonly stages: Stages;
  private readonly tallies: Tallies;

  constructor(ports: MetricsPorts) {
    this.ports = ports;
    this.stages = new Stages(ports.clock, this.instruments);
    this.tallies = new Tallies(this.instruments);
  }

  hear(step: Step): void {
    this.tallies.hear(step);
    this.stages.hear(step);
  }

  readonly handled = ({ source, payload }: Input, ms: number): void => {
    this.instruments.observe('evt_input_seconds', ms / 1_000, { source });
    if (payload.kind === 'reply') this.stages.answered(payload.reply);
    if (payload.kind !== 'opened') return;
    const { mode, venue, environment, account, run } = payload;
    const { version } = this.ports;
    const info = { version, mode, venue, environment, account, run: String(run) };
    this.instruments.set('evt_run_info', 1, info);
  };

  readonly committed = (ms: number): void =>
    this.instruments.observe('evt_commit_seconds', ms / 1_000);

  /** What came of an alert on a channel. */
  readonly alerted = (channel: string, outcome: string): void =>
    this.instruments.count('evt_alerts_sent_total', { channel, outcome });

  async text(): Promise<string> {
    const { clock, pulse, readings, machine, firing } = this.ports;
    const began = clock.monotonicMs();
    const now = readings();
    if (now !== null) gauge(this.instruments, now, pulse);
    gaugeMachine(this.instruments, machine());
    this.instruments.set('evt_written_timestamp_seconds', clock.realNow() / 1_000);
    this.instruments.clear('evt_alerts_firing');
    for (const [rule, alerts] of firing())
      this.instruments.set('evt_alerts_firing', alerts, { rule });
    const text = await this.instruments.text();
    this.instruments.set('evt_metrics_seconds', (clock.monotonicMs() - began) / 1_000);
    return text;
  }
}
