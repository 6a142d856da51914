import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../src/clock.js';
import { alertAgent, type RunInstruments, runInstruments } from '../../src/commands/instruments.js';
import { loadSecrets, type Secrets } from '../../src/config/secrets.js';
import type { Canonical } from '../../src/domain/canonical.js';
import type { Input } from '../../src/messages/input.js';
import { readingsOf } from '../../src/runtime/readings.js';
import { poster } from '../../src/sinks/alerts/post.js';
import { type Ledger, openLedger } from '../../src/sinks/ledger/ledger.js';
import type { Readings } from '../../src/sinks/readings.js';
import { systemDisk } from '../../src/sinks/recorder/disk.js';
import { Recorder } from '../../src/sinks/recorder/recorder.js';
import { origin, ScriptedRun, settings } from '../engine/scripted-run.js';
import type { AlertReceiver } from './alert-receiver.js';
import { ManualClock } from './manual-clock.js';

/** Every sample of a page: name and labels as written, and its value. */
export const samplesOf = (page: string): readonly (readonly [string, number])[] =>
  page
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    });

/** A scripted run, on a clock that its log moves, with the figures and alerts that a real one has: real ledger, recorder, HTTP. */
export class WatchedRun extends ScriptedRun {
  readonly clock: ManualClock;
  readonly home: string;
  readonly warned: string[] = [];
  /** Faults: a disk that refuses the recording, and one that is full. */
  isRecordingRefused = false;
  freeBytes: number | null = 10e9;
  private ledger: Ledger | null = null;
  private recorder: Recorder | null = null;
  private instruments: RunInstruments | null = null;

  /** `before`: the run whose ledger and clock it goes on with. */
  constructor(before?: WatchedRun) {
    super();
    this.clock = before?.clock ?? new ManualClock(origin);
    this.home = before?.home ?? mkdtempSync(join(tmpdir(), 'watched-run-'));
    this.at = this.clock.realNow();
  }

  /** Takes the ledger, and tells whoever receives alerts. What an earlier run left in it, for `opened`. */
  async watch(receiver: AlertReceiver): Promise<Canonical | null> {
    const inForce = settings({
      alertTelegramChat: '-10042',
      alertTelegramBaseUrl: receiver.url,
    });
    this.instruments = runInstruments({
      settings: inForce,
      secrets: secretsOf(receiver),
      home: this.home,
      clock: this.busyClock(),
      poster: poster(systemClock, alertAgent),
      readings: () => this.readings(),
      warn: (code) => this.warned.push(code),
    });
    const { observer, sink } = this.instruments;
    const ledger = await openLedger({
      home: this.home,
      mode: 'live',
      environment: 'loopback',
      account: 'main',
      onCommit: observer.committed,
    });
    if (!ledger.ok) throw new Error(ledger.error.text);
    this.ledger = ledger.value;
    const recorder = Recorder.open(
      {
        folder: join(this.home, `recording-${ledger.value.nextRun}`),
        run: ledger.value.nextRun,
        engine: 'test',
        settingsHash: '',
        clock: { realOriginMs: origin, marketOriginMs: origin, speed: 1 },
        report: () => {},
      },
      {
        clock: this.clock,
        disk: {
          ...systemDisk,
          write: (...asked) => {
            if (this.isRecordingRefused) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
            return systemDisk.write(...asked);
          },
        },
      },
    );
    if (!recorder.ok) throw new Error(recorder.error.detail);
    this.recorder = recorder.value;
    this.engine.steps$.subscribe((step) => {
      if (step.kind === 'records') ledger.value.append(step.records);
    });
    sink(this.engine.steps$).subscribe();
    return ledger.value.recoveredPlain;
  }

  override feed(input: Input): void {
    this.clock.pass(input.at - this.clock.realNow());
    this.recorder?.tap(input);
    super.feed(input);
    this.instruments?.observer.handled(input, 0.2);
  }

  /** Lets the disk get on with it. */
  async rest(): Promise<void> {
    await this.ledger?.flush(this.engine.account?.head.seq ?? 0);
  }

  async page(): Promise<string> {
    return (await this.instruments?.metricsText()) ?? '';
  }

  /** `failure`: why it could not go on. */
  async end(failure: string | null = null): Promise<void> {
    await this.instruments?.close(failure === null ? null : { text: failure, exitCode: 1 });
    this.instruments = null;
    await this.ledger?.close();
    this.ledger = null;
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }

  /** On a machine nothing takes no time. */
  private busyClock(): Clock {
    const { clock } = this;
    let looks = 0;
    const monotonicMs = (): number => {
      looks += 1;
      return clock.monotonicMs() + looks / 1_000;
    };
    const { realNow, setTimer, random } = clock;
    return { realNow, setTimer, random, monotonicMs };
  }

  private readings(): Readings | null {
    const { engine, ledger, recorder, freeBytes } = this;
    if (ledger === null || recorder === null) return null;
    return readingsOf({ engine, ledger, recorder, freeBytes });
  }
}

function secretsOf(receiver: AlertReceiver): Secrets {
  const loaded = loadSecrets({ ...receiver.env });
  if (!loaded.ok) throw new Error(loaded.error.map(({ message }) => message).join());
  return loaded.value.secrets;
}
