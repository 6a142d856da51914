import type { Input } from '../src/messages/input.js';
import type { Step } from '../src/messages/step.js';

export const demoOriginMs: number;
export function virtualDemo(options: {
  readonly seed: number;
  readonly cycles: number;
  readonly agentLag?: number;
  readonly flags?: Readonly<Record<string, string>>;
  readonly onStep?: (step: Step) => void;
  readonly onInput?: (input: Input) => void;
}): {
  readonly records: readonly object[];
  readonly totals: { readonly cycles: number; readonly decisionsHash: string };
  readonly agreesWithVenue: boolean;
};
