import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { Step } from '../../messages/step.js';
import type { Pulse } from '../pulse.js';
import type { Readings } from '../readings.js';
import type { Channel, ChannelName } from './channels.js';
import { heartbeat } from './heartbeat.js';
import { keep, restored } from './kept.js';
import { faded, type Memory, nothing, remembered } from './memory.js';
import { messageOf } from './message.js';
import { Outbox } from './outbox.js';
import type { Poster } from './post.js';
import { type Condition, conditions } from './rules.js';
import { type AlertStates, looked, type Told } from './states.js';

export type AlertsPorts = {
  readonly clock: Clock;
  readonly pulse: Pulse;
  /** Null before the run has opened. */
  readonly readings: () => Readings | null;
  readonly channels: readonly Channel[];
  /** Asked every minute; null: nobody waits for it. */
  readonly heartbeatUrl: string | null;
  readonly poster: Poster;
  /** Where it is kept what fires. */
  readonly path: string;
  /** Which engine speaks. */
  readonly engine: string;
  readonly scrub: (text: string) => string;
  readonly came: (channel: ChannelName | 'heartbeat', outcome: string) => void;
  readonly warn: (code: string, text: string) => void;
};

/**
 * Looks once a second whether there is something to tell people, and tells it through every channel. A channel that is
 * down costs the run nothing.
 */
export class Alerts {
  private readonly ports: AlertsPorts;
  private readonly outboxes: readonly Outbox[];
  private states: AlertStates;
  private memory: Memory;
  private failure: string | null = null;
  private isKept = true;
  private disarm: () => void = () => {};
  private readonly stopHeart: () => void;

  constructor(ports: AlertsPorts) {
    this.ports = ports;
    const { clock, channels, poster, heartbeatUrl: url, came } = ports;
    this.states = restored(ports.path, clock.realNow());
    const divergence = this.states.firing.get('divergence');
    this.memory = {
      ...nothing,
      difference:
        divergence === undefined
          ? null
          : { text: divergence.detail, atMs: divergence.sinceMs, isNew: false },
    };
    this.outboxes = channels.map(
      (channel) =>
        new Outbox(channel, {
          clock,
          poster,
          came: (outcome) => came(channel.name, outcome),
          report: (problem) => this.report(channel.name, problem),
        }),
    );
    this.stopHeart =
      url === null
        ? () => {}
        : heartbeat({
            clock,
            url,
            poster,
            inputAgeMs: () => ports.pulse.inputAgeMs,
            came: (outcome) => came('heartbeat', outcome),
          });
    this.arm();
  }

  hear(step: Step): void {
    this.memory = remembered(this.memory, step, this.ports.clock.realNow());
  }

  /** How many of each rule are firing. */
  firing(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const { rule } of this.states.firing.values())
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
    return counts;
  }

  /** Tells what is left to tell, within a few seconds. `failure`: why the run could not go on. */
  async close(failure: string | null): Promise<void> {
    this.disarm();
    this.stopHeart();
    this.failure = failure;
    if (failure !== null) this.look();
    await Promise.all(this.outboxes.map((outbox) => outbox.close()));
    await this.ports.poster.close();
  }

  private arm(): void {
    this.disarm = this.ports.clock.setTimer(limits.alertsEveryMs, () => {
      this.look();
      this.arm();
    });
  }

  private look(): void {
    const { clock, readings: read, pulse } = this.ports;
    const readings = read();
    const nowMs = clock.realNow();
    this.memory = faded(this.memory, nowMs);
    const found: Condition[] = [];
    if (this.failure !== null)
      found.push({ key: 'run_failed', rule: 'run_failed', detail: this.failure });
    if (readings !== null)
      found.push(
        ...conditions({
          readings,
          memory: this.memory,
          feedAgeMs: pulse.feedAgeMs,
          ledgerLagMs: pulse.ledgerLagMs(readings),
          isFiring: (key) => this.states.firing.has(key),
        }),
      );
    else if (this.failure === null) return;
    const repeatMs = readings?.alerts.repeatMs ?? 0;
    const { states, told } = looked(this.states, found, nowMs, repeatMs);
    this.states = states;
    if (told.length > 0) this.tell(told, nowMs);
  }

  private tell(told: readonly Told[], atMs: number): void {
    const { path, engine, scrub, warn } = this.ports;
    const problem = keep(path, this.states);
    if (problem !== null && this.isKept) warn('file_not_written', problem);
    this.isKept = problem === null;
    for (const one of told)
      for (const outbox of this.outboxes) outbox.add(messageOf(one, { atMs, engine, scrub }));
  }

  private report(channel: ChannelName, problem: string | null): void {
    const { warn } = this.ports;
    if (problem === null) warn('alerts_heard', `alerts by ${channel} come through again`);
    else warn('alerts_unheard', `alerts by ${channel} do not come through: ${problem}`);
  }
}
