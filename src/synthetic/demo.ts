import { readConfig } from '../config/read.js';
import { assert } from '../domain/assert.js';
import type { LedgerRecord } from '../domain/records.js';
import type { Step } from '../messages/step.js';
import { DEFAULTS } from '../simulator/main.js';
import { type SyntheticHooks, type SyntheticResult, SyntheticRun } from './run.js';
import { venueFlags } from './settings.js';

/** Market time at which every demo begins. */
export const demoOriginMs = Date.UTC(2026, 10, 23, 14);

/** Ten times fewer sweeps to compute than at 1, and still six times finer than the demo's usual speed. */
const speed = 10;

export type DemoOptions = SyntheticHooks & {
  readonly seed: number;
  readonly cycles: number;
  readonly agentLag?: number;
  /** Settings laid over the demo's. */
  readonly flags?: Readonly<Record<string, string>>;
};

/** The demo on virtual time: `cycles` windows of one seed, with the demo's settings. */
export function virtualDemo({
  seed,
  cycles,
  agentLag = DEFAULTS.agentLag,
  flags = {},
  ...hooks
}: DemoOptions): SyntheticResult & { readonly records: readonly LedgerRecord[] } {
  const read = readConfig(
    {},
    {
      ...venueFlags(demoOriginMs, speed),
      seed: String(seed),
      enrichmentMarkets: '250',
      ...flags,
    },
  );
  assert(read.ok, "the demo's settings are possible");
  const { markets, bankroll } = DEFAULTS;
  const world = { seed, originMs: demoOriginMs, agentLag, markets, lookMsMin: 1_000, bankroll };
  const { settings } = read.value.loaded;
  const records: LedgerRecord[] = [];
  const onStep = (step: Step): void => {
    if (step.kind === 'records') records.push(...step.records);
    hooks.onStep?.(step);
  };
  const result = new SyntheticRun({ world, settings, cycles, speed }, { ...hooks, onStep }).run();
  return { ...result, records };
}
