// What the account adds up to after every input, against books made from its records alone: every cent is somewhere (I5), and
// a latch that was set is held (I19).

import { fail } from './violation.mjs';

export function checkConserved(account, books) {
  let sum = 0;
  for (const amount of account.balances.values()) sum += amount;
  if (sum !== 0) fail('I5', `the accounts sum to ${sum}`);
  for (const [shard, cash] of books.cash)
    if ((account.balances.get(`cash:${shard}`) ?? 0) !== cash)
      fail(
        'I5',
        `cash of shard ${shard} is ${account.balances.get(`cash:${shard}`)}, its records say ${cash}`,
      );
  if ((account.balances.get('in_transit') ?? 0) !== (books.transfer?.amount ?? 0))
    fail('I5', 'what is between shards is not what its record says');
  let cost = 0;
  for (const position of account.positions.values()) cost += position.cost;
  for (const ticker of new Set([...account.positions.keys(), ...books.held.keys()])) {
    const quantity = account.positions.get(ticker)?.quantity ?? 0;
    const told = books.held.get(ticker) ?? 0;
    if (quantity !== told) fail('I5', `${quantity} of ${ticker} held, its records say ${told}`);
  }
  if (cost !== (account.balances.get('positions') ?? 0))
    fail('I5', 'positions are not booked at cost');
  for (const [cause, level] of books.latches)
    if (account.latches.get(cause)?.level !== level) fail('I19', `latch ${cause} is gone`);
}
