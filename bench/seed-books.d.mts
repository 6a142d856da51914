type Distance = { readonly n: number; readonly engine: number; readonly market: number } | null;
export function booksOf(run: {
  readonly records: readonly object[];
  readonly seed: number;
  readonly agentLag: number;
  readonly originMs: number;
}): {
  readonly fills: readonly { readonly predicted: number; readonly expected: number | null }[];
  readonly forecasts: { readonly weather: Distance; readonly crypto: Distance };
};
