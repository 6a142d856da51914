export function syntheticCapture(options?: {
  readonly seed?: number;
  readonly markets?: number;
  readonly messages?: number;
  readonly startMs?: number;
}): readonly { readonly ticker: string; readonly lines: readonly string[] }[];
