// Crash at every port call: which seeds, in pieces that threads can share, and whether they take the paths that matter.

import { callsOf } from './run-seed.mjs';

/** An honest exchange, and one where orders rest, answers are lost and markets end early. */
export const crashMixes = [
  [],
  ['ioc_rests', 'reply_lost', 'late_private', 'rate_limited', 'early_close'],
];
/** Short seeds that make every kind of call between them; those that follow are whichever come. */
const crashSeeds = [14, 2];
const callsAPiece = 8;
/** Kinds of port call at which a process has to have gone down, before and after. */
const kindsNeeded = [
  'value',
  'flush',
  'place',
  'cancel',
  'transfer',
  'transfers',
  'group',
  'orders',
  'fills',
  'positions',
  'settlements',
  'balance',
  'send',
  'scan',
  'metadata',
  'market',
  'book',
];

/** Jobs for `count` seeds, and how often each kind of call is crashed at; `failed`: one that fails without a crash. */
export async function crashPlan(count, bug) {
  const jobs = [];
  const kinds = new Map();
  for (let at = 0; at < count; at += 1) {
    const seed = crashSeeds[at] ?? 1 + at;
    const one = { everyCall: true, seed, only: crashMixes[at % crashMixes.length], bug };
    const { calls, result } = await callsOf(one);
    if (result.violation !== null) return { jobs: [], kinds, failed: result };
    for (const kind of calls) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    for (let call = 1; call <= calls.length; call += callsAPiece)
      jobs.push({ ...one, from: call, to: Math.min(calls.length, call + callsAPiece - 1) });
  }
  return { jobs, kinds, failed: null };
}

/** Kinds of call that no seed of the plan makes. */
export const kindsMissed = (kinds) => kindsNeeded.filter((kind) => !kinds.has(kind));
