import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { systemClock } from '../clock.js';
import { recordedSettings } from '../config/recorded.js';
import type { ReplayCommand } from '../dashboard/messages.js';
import { err, ok } from '../domain/result.js';
import type { Engine } from '../engine.js';
import { limits } from '../limits.js';
import type { ReplayBar } from '../messages/dashboard.js';
import type { Input } from '../messages/input.js';
import type { Step } from '../messages/step.js';
import { engineTarget, recomputed, workerAnswer } from '../replay/engine-target.js';
import { Pace } from '../replay/pace.js';
import type { Recording } from '../replay/recording-reader.js';
import { type RecordingReplay, replayRecording } from '../replay/replay-recording.js';
import { Feed, type FeedChannel } from '../sinks/dashboard-feed.js';
import { type IndexEntry, indexName } from '../sinks/recorder/format.js';
import { feedPorts } from './feed-ports.js';
import { version } from './version.js';

/** Real ms of inputs at a stretch before pages, timers and commands have their turn. */
const stretchMs = 15;

/**
 * A recording, replayed for people to look at: it plays, pauses, goes as fast as it is told, and to a moment. Backwards is
 * from the beginning again: an engine has no way back.
 */
export class ReplayShow {
  private readonly recording: Recording;
  private readonly channel: FeedChannel;
  private readonly span: { readonly from: number; readonly to: number };
  private feed: Feed | null = null;
  private engine: Engine | null = null;
  private marketSpeed = 1;
  private pace: Pace | null = null;
  private speed: number;
  private isPlaying = true;
  private isOver = false;
  private at = 0;
  /** Nothing is held back up to it. */
  private target = 0;
  private isSeeking = false;
  private isAgain = false;
  private isClosed = false;
  private stretchStart = 0;
  private wake: () => void = () => {};

  constructor(recording: Recording, channel: FeedChannel, speed: number) {
    this.recording = recording;
    this.channel = channel;
    this.speed = speed;
    this.span = spanOf(recording.path);
  }

  /** Plays until it is closed; what became of the last time through. */
  async play(): Promise<RecordingReplay> {
    for (;;) {
      this.isAgain = false;
      this.isOver = false;
      this.begin();
      const replayed = await this.once();
      this.isOver = !this.isAgain;
      if (this.isOver) this.isSeeking = false;
      const isBad = replayed.unopenable !== null || replayed.totals === null;
      while (!this.isAgain && !this.isClosed && !isBad) await this.woken();
      this.feed?.close();
      if (this.isClosed || isBad) return replayed;
    }
  }

  ask(command: ReplayCommand): void {
    switch (command.kind) {
      case 'speed':
        this.speed = command.speed;
        this.repace();
        break;
      case 'play':
        this.isPlaying = command.isPlaying;
        if (command.isPlaying && this.isOver) {
          this.isAgain = true;
          this.target = 0;
        }
        this.repace();
        break;
      case 'seek':
        this.target = command.at;
        this.isSeeking = true;
        this.isAgain ||= command.at < this.at;
        this.repace();
        break;
    }
    this.wake();
  }

  close(): void {
    this.isClosed = true;
    this.wake();
  }

  private begin(): void {
    this.engine = null;
    this.pace = null;
    this.at = this.span.from;
    const ports = feedPorts({
      version,
      engine: () => this.engine,
      isDraining: () => false,
      metrics: () => null,
      setTimer: systemClock.setTimer,
    });
    this.feed = new Feed({ ...ports, replay: () => this.bar() }, this.channel);
    this.feed.start();
  }

  private once(): Promise<RecordingReplay> {
    return replayRecording(this.recording, {
      untilMs: null,
      make: (opened, events) => {
        this.marketSpeed = opened.clock.speed;
        this.repace();
        const onStep = (step: Step): void => this.feed?.hear(step);
        return engineTarget(opened, events, onStep, (engine) => {
          this.engine = engine;
        });
      },
      admit: (settings) => {
        const checked = recordedSettings(settings);
        return checked.ok
          ? ok(checked.value.settings)
          : err({ settings: checked.error.map(({ message }) => message) });
      },
      recompute: recomputed,
      answer: workerAnswer,
      before: (input) => this.held(input),
      isOver: () => this.isAgain || this.isClosed,
    });
  }

  /** Null: it may go on at once. */
  private held(input: Input): Promise<void> | null {
    const isFree = this.isAgain || this.isClosed;
    if (isFree) return null;
    const { at } = input;
    if (at > this.target) this.isSeeking = false;
    const isDue = at <= this.target || (this.isPlaying && this.pace?.until(at) == null);
    const now = systemClock.monotonicMs();
    if (isDue && this.feed?.isBehind !== true && now - this.stretchStart < stretchMs) {
      this.at = at;
      return null;
    }
    return this.wait(at);
  }

  private async wait(at: number): Promise<void> {
    for (;;) {
      await setImmediate();
      if (this.isAgain || this.isClosed) return;
      if (this.feed?.isBehind === true) await this.pause(limits.feedEveryMs);
      else if (at <= this.target) break;
      else if (this.isSeeking) this.isSeeking = false;
      else if (!this.isPlaying) await this.woken();
      else {
        const due = this.pace?.until(at) ?? null;
        if (due === null) break;
        // A command that comes meanwhile is heard at once.
        await Promise.race([due, this.woken()]);
      }
    }
    this.at = at;
    this.stretchStart = systemClock.monotonicMs();
  }

  private repace(): void {
    this.pace = this.speed > 0 ? new Pace(systemClock, this.speed, this.marketSpeed) : null;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((done) => void systemClock.setTimer(ms, done));
  }

  private woken(): Promise<void> {
    return new Promise((done) => {
      this.wake = done;
    });
  }

  private bar(): ReplayBar {
    const { at, speed, isPlaying, isOver, isSeeking, target: sought } = this;
    const { from } = this.span;
    const to = Math.max(this.span.to, at);
    return { from, to, at, speed, isPlaying, isOver, sought, isSeeking };
  }
}

/** From its first input to its last, as the index has it; a recording without one shows where it is, and no end. */
function spanOf(folder: string): { readonly from: number; readonly to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  try {
    for (const line of readFileSync(join(folder, indexName), 'utf8').split('\n')) {
      if (line === '') continue;
      const { segment, atFirst, atLast } = JSON.parse(line) as IndexEntry;
      if (segment.startsWith('decisions-')) continue;
      from = Math.min(from, atFirst);
      to = Math.max(to, atLast);
    }
  } catch {
    // What there is of it counts.
  }
  return { from: Number.isFinite(from) ? from : 0, to };
}
