import type { Account } from '../domain/account.js';
import { balanceOf } from '../domain/postings.js';
import { shard, ticker } from '../domain/units.js';
import type { Account as VenueAccount } from '../simulator/core/types.js';

/** Whether both hold the same cash on every shard and the same positions. */
export function agrees(ours: Account, theirs: VenueAccount): boolean {
  const cash = [...theirs.cash].every(
    ([index, micros]) => balanceOf(ours.balances, `cash:${shard(index)}`) === micros,
  );
  const named = new Set<string>([...theirs.positions.keys(), ...ours.positions.keys()]);
  const positions = [...named].every(
    (name) =>
      (ours.positions.get(ticker(name))?.quantity ?? 0) ===
      (theirs.positions.get(name)?.quantity ?? 0),
  );
  return cash && positions;
}
