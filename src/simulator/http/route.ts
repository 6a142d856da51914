/** What a route is, and how a path finds one. */

import type { Candles } from '../candles.js';
import type { Answer } from '../core/refusals.js';
import type { Message, ReplyOf } from '../core/step.js';
import type { Account, ExchangeState, OrderSnapshot, Position } from '../core/types.js';
import type { Reply } from '../wire/replies.js';
import type { Tier } from './buckets.js';

/** The past as queries see it when their index lags behind the writes. */
export type QueryView = {
  /** Market time up to which queries are served. */
  readonly asOfMs: () => number;
  readonly order: (id: string) => OrderSnapshot | null;
  readonly orders: (account: Account) => readonly OrderSnapshot[];
  readonly positions: (account: Account) => readonly Readonly<Position>[];
};

/** What handlers may use of the venue. `send` steps the exchange at the current market time and tells the sockets. */
export type Venue = {
  readonly state: ExchangeState;
  readonly tier: Tier;
  readonly send: <M extends Message>(message: M) => Answer<ReplyOf<M>>;
  readonly view: QueryView;
  readonly candles: Candles;
  readonly marketNow: () => number;
};

export type Call = {
  readonly venue: Venue;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
};
export type PrivateCall = Call & { readonly account: Account; readonly keyId: string };

export type Cost = { readonly tokens: number; readonly buckets: readonly string[] };

type Common = {
  readonly method: string;
  /** Segments after the prefix; `:name` takes any one. */
  readonly path: string;
  /** What the call costs; 10 of the read or write budget when not said. */
  readonly cost?: (call: Call) => Cost;
};
export type Route = Common &
  (
    | { readonly access: 'public'; readonly handle: (call: Call) => Reply }
    | { readonly access: 'private'; readonly handle: (call: PrivateCall) => Reply }
  );

export type Found = { readonly route: Route; readonly params: Readonly<Record<string, string>> };

export function makeRouter(
  routes: readonly Route[],
): (method: string, path: string) => Found | 'no_path' | 'no_method' {
  const compiled = routes.map((route) => ({ route, segments: route.path.split('/') }));
  const fits = (segments: readonly string[], parts: readonly string[]): boolean =>
    segments.length === parts.length &&
    segments.every((segment, at) => segment.startsWith(':') || segment === parts[at]);
  return (method, path) => {
    const parts = path.split('/');
    const candidates = compiled.filter((one) => fits(one.segments, parts));
    if (candidates.length === 0) return 'no_path';
    // Spelled-out segments win over parameters: `orders/batched` is not an order id.
    const rank = (segments: readonly string[]): number =>
      segments.filter((one) => one.startsWith(':')).length;
    const hit = candidates
      .filter((one) => one.route.method === method)
      .sort((a, b) => rank(a.segments) - rank(b.segments))[0];
    if (hit === undefined) return 'no_method';
    const params: Record<string, string> = {};
    hit.segments.forEach((segment, at) => {
      if (segment.startsWith(':')) params[segment.slice(1)] = safeDecode(parts[at] ?? '');
    });
    return { route: hit.route, params };
  };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const param = (call: Call, name: string): string => call.params[name] ?? '';
export const readCost = (tokens: number): Cost => ({ tokens, buckets: ['read'] });
