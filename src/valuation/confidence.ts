/**
 * The share of full Kelly that an edge known only to within `sigma` deserves: e² / (e² + s²) (VALUATION §5.3). 0 for no
 * edge, and for anything that is not a number.
 */
export function confidenceOf(edge: number, sigma: number): number {
  if (!(edge > 0 && edge < Number.POSITIVE_INFINITY && sigma >= 0)) return 0;
  return (edge * edge) / (edge * edge + sigma * sigma);
}
