import { join } from 'node:path';
import { ignoreElements, tap } from 'rxjs';
import type { Clock } from '../clock.js';
import { environmentOf } from '../config/addresses.js';
import type { Settings } from '../config/schema.js';
import { scrubber } from '../config/scrub.js';
import type { Secrets } from '../config/secrets.js';
import type { RunFailure, Sink } from '../runtime.js';
import { Alerts } from '../sinks/alerts/alerts.js';
import { channelsOf } from '../sinks/alerts/channels.js';
import type { Poster } from '../sinks/alerts/post.js';
import { Machine } from '../sinks/metrics/machine.js';
import { Metrics } from '../sinks/metrics/metrics.js';
import { Pulse } from '../sinks/pulse.js';
import type { Readings, RunObserver } from '../sinks/readings.js';
import { alertChannels } from './alert-channels.js';
import { version } from './version.js';

/** Which engine speaks, for people who run several. */
export const engineName = (settings: Settings): string =>
  `${settings.executionMode}, ${environmentOf(settings)}, ${settings.account}`;

export const alertAgent = `EventTradingBot/${version} (alerts)`;

export type RunInstruments = {
  readonly sink: Sink;
  readonly observer: RunObserver;
  /** In the text format of Prometheus. */
  readonly metricsText: () => Promise<string>;
  /** Tells what is left to tell. `failure`: why the run could not go on. */
  readonly close: (failure: RunFailure | null) => Promise<void>;
};

/** Figures and alerts of one run. They look at it and never hold it up. */
export function runInstruments(options: {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly home: string;
  readonly clock: Clock;
  readonly poster: Poster;
  /** Null before the run has opened. */
  readonly readings: () => Readings | null;
  readonly warn: (code: string, text: string) => void;
}): RunInstruments {
  const { settings, secrets, home, clock, poster, readings, warn } = options;
  const pulse = new Pulse(clock);
  const machine = new Machine();
  const { config, problem } = alertChannels(settings, secrets);
  if (problem !== null) warn('alerts_incomplete', problem);
  const alerts = new Alerts({
    clock,
    pulse,
    readings,
    channels: channelsOf(config),
    heartbeatUrl: secrets.alerts.heartbeatUrl,
    poster,
    path: join(home, 'alerts.json'),
    engine: engineName(settings),
    scrub: scrubber(secrets),
    came: (channel, outcome) => metrics.alerted(channel, outcome),
    warn,
  });
  const metrics = new Metrics({
    clock,
    version,
    pulse,
    readings,
    machine: () => machine.read(),
    firing: () => alerts.firing(),
  });
  return {
    sink: (steps$) =>
      steps$.pipe(
        tap((step) => {
          pulse.hear(step);
          metrics.hear(step);
          alerts.hear(step);
        }),
        ignoreElements(),
      ),
    observer: {
      handled: (input, ms) => {
        pulse.handled(input);
        metrics.handled(input, ms);
      },
      committed: metrics.committed,
    },
    metricsText: () => metrics.text(),
    close: async (failure) => {
      machine.close();
      await alerts.close(failure?.text ?? null);
    },
  };
}
