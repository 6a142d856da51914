import { contract, priceMax } from '../domain/units.js';

/** A few points of a distribution; null: there is nothing in it. */
export type Spread = { readonly median: number; readonly p90: number; readonly max: number } | null;

/** Prices in cents a contract, weighted by contracts; above 0 is in our favour. */
export type FillQuality = {
  readonly fills: number;
  readonly contracts: number;
  /** Limit less price paid. */
  readonly belowLimitCents: number | null;
  /** Mid at the decision less price paid; `midKnown` fills had one. Orders between windows had a newer quote than the ledger. */
  readonly belowMidCents: number | null;
  readonly midKnown: number;
  /** Walked all-in cost at the decision less price and fee paid. */
  readonly belowWalkedCents: number | null;
  readonly feeCents: number | null;
  /** From sending an order to booking its fill, market ms. */
  readonly waitMs: Spread;
  /** Contracts filled of those ordered, over the orders that were sent. */
  readonly filledShare: number | null;
};

export type FilledAt = {
  /** + bought YES, − bought NO. */
  readonly count: number;
  readonly yesPrice: number;
  /** Of the bought side. */
  readonly limit: number;
  readonly fee: number;
  /** Twice the mid of YES; null: the ledger has none for the moment of the decision. */
  readonly mid2: number | null;
  /** Dollars a contract; null as above. */
  readonly walked: number | null;
  readonly waitMs: number | null;
};

class Mean {
  weight = 0;
  private sum = 0;
  add(value: number, weight: number): void {
    this.weight += weight;
    this.sum += value * weight;
  }
  value(): number | null {
    return this.weight > 0 ? this.sum / this.weight : null;
  }
}

const perCent = priceMax / 100;

/** Adds up fills as they are booked. Remembers one number a fill. */
export class FillScore {
  private readonly belowLimit = new Mean();
  private readonly belowMid = new Mean();
  private readonly belowWalked = new Mean();
  private readonly fees = new Mean();
  private readonly waits: number[] = [];
  private fills = 0;
  private midKnown = 0;

  add({ count, yesPrice, limit, fee, mid2, walked, waitMs }: FilledAt): void {
    const size = Math.abs(count) / contract;
    const paid = count > 0 ? yesPrice : priceMax - yesPrice;
    const feeCents = fee / 10_000 / size;
    this.fills += 1;
    this.belowLimit.add((limit - paid) / perCent, size);
    this.fees.add(feeCents, size);
    if (mid2 !== null) {
      const mid = count > 0 ? mid2 / 2 : priceMax - mid2 / 2;
      this.belowMid.add((mid - paid) / perCent, size);
      this.midKnown += 1;
    }
    if (walked !== null) this.belowWalked.add(walked * 100 - paid / perCent - feeCents, size);
    if (waitMs !== null && waitMs >= 0) this.waits.push(waitMs);
  }

  /** `ordered`: contracts of the orders that were sent. */
  result(ordered: number): FillQuality {
    const contracts = this.fees.weight;
    return {
      fills: this.fills,
      contracts,
      belowLimitCents: this.belowLimit.value(),
      belowMidCents: this.belowMid.value(),
      midKnown: this.midKnown,
      belowWalkedCents: this.belowWalked.value(),
      feeCents: this.fees.value(),
      waitMs: spreadOf(this.waits),
      filledShare: ordered > 0 ? contracts / ordered : null,
    };
  }
}

/** By nearest rank. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] as number;
  return sorted.length === 0 ? null : { median: at(0.5), p90: at(0.9), max: at(1) };
}
