import type { Flags } from '../config/layers.js';
import type { SourceKind, Terminal } from '../messages/dashboard.js';

/** Where the settings of the run come from: what is needed to read and change its file, and nothing secret. */
export type ConfigPlan = {
  readonly path: string;
  /** The `BOT_*` variables of the run that hold no secret. */
  readonly env: Readonly<Record<string, string>>;
  readonly flags: Flags;
};

/** What the dashboard's process is told before anything else, over the channel to whoever started it. */
export type DashboardPlan = {
  readonly source: SourceKind;
  /** On loopback; 0: any that is free. */
  readonly port: number;
  readonly version: string;
  /** What a person types who wants something of what is shown. */
  readonly terminal: Terminal;
  /** Where the two tokens are kept: the data directory. */
  readonly tokenDir: string;
  /** The ledger's directory; null: what is shown has none. */
  readonly home: string | null;
  /** The ledger's directory that decisions are explained from; null: none. */
  readonly explains: string | null;
  /** Where a request to the engine is left; null: no engine runs that could take one. */
  readonly controlDir: string | null;
  /** Null: no settings can be changed. */
  readonly config: ConfigPlan | null;
};
