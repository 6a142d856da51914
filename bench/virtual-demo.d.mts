export const demoOriginMs: number;
export function virtualDemo(options: {
  readonly seed: number;
  readonly cycles: number;
  readonly agentLag?: number;
  readonly flags?: Readonly<Record<string, string>>;
}): {
  readonly records: readonly object[];
  readonly totals: { readonly cycles: number; readonly decisionsHash: string };
  readonly agreesWithVenue: boolean;
};
