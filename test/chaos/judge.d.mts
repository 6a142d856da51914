type Json = Readonly<Record<string, unknown>>;
export function differences(
  truth: Json,
  books: unknown,
  options?: { readonly isNow?: boolean },
): readonly string[];
export function wireFaults(posts: readonly Json[], books: unknown): readonly string[];
export function overCap(
  truth: Json,
  caps: { readonly exposure: bigint; readonly market: bigint },
): readonly string[];
