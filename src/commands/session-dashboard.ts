import { systemClock } from '../clock.js';
import type { Settings } from '../config/schema.js';
import type { ConfigPlan } from '../dashboard/plan.js';
import { limits } from '../limits.js';
import type { Runtime, Sink } from '../runtime.js';
import { dashboardFeed } from '../sinks/dashboard-feed.js';
import { DashboardChild } from './dashboard-child.js';
import { dashboardText } from './dashboard-text.js';
import { feedPorts } from './feed-ports.js';
import { terminalOf } from './terminal.js';
import { version } from './version.js';

/** Null: no dashboard. `config`: where a page may change settings. */
export type UiOptions = { readonly config: ConfigPlan | null } | null;

export type SessionDashboard = {
  readonly sink: Sink;
  readonly start: () => void;
  readonly stop: () => Promise<void>;
};

type Parts = {
  readonly settings: Settings;
  readonly home: string;
  readonly controlDir: string;
  readonly runtime: () => Runtime | null;
  readonly metricsText: () => Promise<string>;
  readonly say: (line: string) => void;
  readonly warn: (code: string, text: string) => void;
};

/** The dashboard of a run: its process and the sink that tells it what happens. */
export function sessionDashboard(ui: UiOptions, parts: Parts): SessionDashboard | null {
  if (ui === null) return null;
  const { settings, home, controlDir, runtime, metricsText, say, warn } = parts;
  const tokenDir = settings.dataDir;
  const child = new DashboardChild(
    {
      source: 'live',
      port: settings.uiPort,
      version,
      terminal: terminalOf(controlDir, home),
      tokenDir,
      home,
      explains: home,
      controlDir,
      config: ui.config,
    },
    {
      ready: (port, code) => say(dashboardText(port, code, tokenDir)),
      failed: (code, detail) => warn(code, `no dashboard: ${detail}`),
    },
  );
  const ports = feedPorts({
    version,
    engine: () => runtime()?.engine ?? null,
    isDraining: () => runtime()?.isDraining ?? false,
    metrics: newest(metricsText),
    setTimer: systemClock.setTimer,
  });
  return {
    sink: (steps$) => dashboardFeed(steps$, ports, child.channel),
    start: () => child.start(),
    stop: () => child.stop(),
  };
}

/** The newest text there is, asked for anew every few seconds. */
function newest(metricsText: () => Promise<string>): () => string | null {
  let text: string | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = systemClock.monotonicMs();
    if (now - askedAt >= limits.feedMetricsEveryMs) {
      askedAt = now;
      void metricsText().then((told) => {
        text = told;
      });
    }
    return text;
  };
}
