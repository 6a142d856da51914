import { readConfig } from '../config/read.js';
import { assert } from '../domain/assert.js';
import { DEFAULTS } from '../simulator/main.js';
import { type SyntheticHooks, SyntheticRun, type SyntheticTotals } from './run.js';
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
}: DemoOptions): SyntheticTotals {
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
  const world = { seed, originMs: demoOriginMs, agentLag, bankroll: DEFAULTS.bankroll };
  const { settings } = read.value.loaded;
  return new SyntheticRun({ world, settings, cycles, speed }, hooks).run();
}
