/** Token buckets as documented: separate read and write budgets, and a write bucket of its own for every shard. */
export type TierName =
  | 'basic'
  | 'advanced'
  | 'expert'
  | 'premier'
  | 'paragon'
  | 'prime'
  | 'prestige';

type Budget = { readonly refillRate: number; readonly capacity: number };
export type Tier = { readonly name: TierName; readonly read: Budget; readonly write: Budget };

/** Capacity holds three seconds of budget, but one for Basic writes and for reads above Advanced. */
const tier = (name: TierName, read: number, write: number): Tier => {
  const low = name === 'basic' || name === 'advanced';
  return {
    name,
    read: { refillRate: read, capacity: low ? 3 * read : read },
    write: { refillRate: write, capacity: name === 'basic' ? write : 3 * write },
  };
};

export const TIERS: Readonly<Record<TierName, Tier>> = {
  basic: tier('basic', 200, 100),
  advanced: tier('advanced', 300, 300),
  expert: tier('expert', 600, 600),
  premier: tier('premier', 1_200, 1_200),
  paragon: tier('paragon', 2_400, 2_400),
  prime: tier('prime', 4_800, 4_800),
  prestige: tier('prestige', 12_000, 9_600),
};

type Bucket = { tokens: number; atMs: number };

export type Buckets = {
  /** Takes the tokens from every named bucket, or from none of them. */
  readonly take: (
    who: string,
    names: readonly string[],
    cost: number,
    realNowMs: number,
  ) => boolean;
};

/** Bucket names: `read`, `write`, and `write:<shard>`. */
export function makeBuckets(of: Tier): Buckets {
  const buckets = new Map<string, Bucket>();
  return {
    take: (who, names, cost, realNowMs) => {
      const filled = names.map((name) => {
        const budget = name === 'read' ? of.read : of.write;
        const key = `${who}/${name}`;
        const bucket = buckets.get(key) ?? { tokens: budget.capacity, atMs: realNowMs };
        buckets.set(key, bucket);
        const refill = (Math.max(0, realNowMs - bucket.atMs) * budget.refillRate) / 1000;
        bucket.tokens = Math.min(budget.capacity, bucket.tokens + refill);
        bucket.atMs = realNowMs;
        return bucket;
      });
      if (filled.some((bucket) => bucket.tokens < cost)) return false;
      for (const bucket of filled) bucket.tokens -= cost;
      return true;
    },
  };
}
