import { lastValueFrom, map, toArray } from 'rxjs';
import { gridCeil } from '../domain/grid.js';
import type { Market } from '../domain/market.js';
import { err, ok, type Result } from '../domain/result.js';
import {
  type ClientOrderId,
  contract,
  type EpochMs,
  epochMs,
  formatMicros,
  formatPrice,
  formatQuantity,
  type Price,
  quantity,
} from '../domain/units.js';
import type { VenueCodec, VenueShell } from '../exchange/venue.js';
import { limits } from '../limits.js';
import type { VenueOrder } from '../messages/account-event.js';
import type { ShardCash } from '../messages/desk.js';
import type { EffectRequest, OrderRequest, Outcome } from '../messages/effect.js';

/** What the smoke test needs of the world. Times are the exchange's, but for `sleep`. */
export type SmokePorts = {
  readonly venue: Pick<VenueShell, 'perform'>;
  readonly codec: VenueCodec;
  readonly now: () => EpochMs;
  readonly speed: number;
  readonly clientOrderId: ClientOrderId;
  readonly sleep: (realMs: number) => Promise<void>;
  /** One line for a person as each step succeeds. */
  readonly say: (step: string, text: string) => void;
};

/** Why it failed: one line, what was seen and what is left behind. */
export type SmokeProblem = { readonly step: string; readonly text: string };

/** A market to rest in, at the lowest price of its grid. */
export type SmokeSpot = { readonly market: Market; readonly price: Price };

const unit = quantity(contract);

/**
 * Where one contract at the lowest price is least likely to meet anybody: the market with the highest bid, so that
 * whoever sells there is taken by others first. It must stay open past the order's own end and have its shard's cash.
 */
export function smokeSpot(
  markets: readonly Market[],
  cash: readonly ShardCash[],
  now: EpochMs,
  speed: number,
): SmokeSpot | null {
  let best: SmokeSpot | null = null;
  const bidOf = (spot: SmokeSpot): number => spot.market.quote.yesBid ?? 0;
  for (const market of markets) {
    const price = gridCeil(market.priceRanges, 'yes', 1);
    const { yesBid } = market.quote;
    if (price === null || yesBid === null || !(yesBid > price)) continue;
    if (market.status !== 'active' || market.isMultivariate || market.isProvisional) continue;
    if (!(market.closeAt - now >= limits.smokeClosesMsMin * speed)) continue;
    const free = cash.find(({ shard }) => shard === market.shard)?.cash ?? 0;
    // Twice the price leaves room for whatever the exchange reserves for a fee.
    if (!(free >= 2 * price * unit)) continue;
    const spot = { market, price };
    const isBetter =
      best === null ||
      yesBid > bidOf(best) ||
      (yesBid === bidOf(best) && market.ticker < best.market.ticker);
    if (isBetter) best = spot;
  }
  return best;
}

/**
 * Rests one contract at the lowest price, post-only, sees it listed, cancels it, sees it gone without a fill, and finds
 * the cash of every shard as it was. It never trades: an order that would is refused by the exchange.
 */
export async function smokeTest(ports: SmokePorts): Promise<SmokeProblem | null> {
  const { codec, say, speed, now } = ports;
  const before = codec.balance(await partsOf(ports, { kind: 'balance' }));
  if (before.kind === 'failed') return { step: 'cash', text: `${before.code}: ${before.detail}` };
  say('cash', `read: ${cashLine(before.items)}`);

  const markets = await openMarkets(ports);
  if (!markets.ok) return { step: 'market', text: markets.error };
  const spot = smokeSpot(markets.value, before.items, now(), speed);
  if (spot === null)
    return {
      step: 'market',
      text: `none of ${markets.value.length} open markets has a bid above its lowest price, ten minutes to go and cash on its shard; fund a shard, or try when markets are open`,
    };
  const { market, price } = spot;
  say('market', `${market.ticker} on shard ${market.shard}, lowest price $${formatPrice(price)}`);

  const order: OrderRequest = {
    clientOrderId: ports.clientOrderId,
    ticker: market.ticker,
    shard: market.shard,
    side: 'bid',
    yesPrice: price,
    count: unit,
    reduceOnly: false,
    restUntil: epochMs(Math.round(now() + limits.smokeRestMs * speed)),
  };
  const [placed] = await partsOf(ports, { kind: 'place', order });
  const answer = codec.placed(placed ?? nothing);
  if (answer.kind === 'accepted') say('place', `accepted as ${answer.orderId}`);
  // Whatever was answered, what the exchange lists decides whether there is something to take back.
  const isPossible = answer.kind === 'accepted' || answer.kind === 'unknown';
  const problem =
    answer.kind === 'accepted'
      ? answer.filled === 0 && answer.remaining === unit
        ? null
        : { step: 'place', text: `it does not rest: ${answer.filled} filled` }
      : { step: 'place', text: `${answer.kind}${'detail' in answer ? `: ${answer.detail}` : ''}` };
  if (!isPossible) return problem;
  return (await takeBack(ports, order, problem)) ?? (await compareCash(ports, before.items));
}

/** Sees the order, cancels it whatever is wrong so far, and sees it gone. The first problem is the answer. */
async function takeBack(
  ports: SmokePorts,
  order: OrderRequest,
  earlier: SmokeProblem | null,
): Promise<SmokeProblem | null> {
  const { codec, say } = ports;
  const listed = await look(ports, order, () => true);
  if (listed === null) {
    const text = `it is not in the list of orders within ${limits.smokeLookMsMax} ms; ${left(order)}`;
    return {
      step: earlier?.step ?? 'see',
      text: earlier === null ? text : `${earlier.text}; ${text}`,
    };
  }
  let problem = earlier ?? oddness(listed, order);
  if (problem === null) say('see', `listed, resting at $${formatPrice(listed.yesPrice)}`);

  const { orderId } = listed;
  const { ticker, shard, clientOrderId } = order;
  let gone: VenueOrder | null = null;
  for (let tries = 0; gone === null && tries < limits.smokeCancelsMax; tries += 1) {
    const request = { kind: 'cancel', orderId, clientOrderId, ticker, shard } as const;
    const [outcome] = await partsOf(ports, request);
    const answer = codec.canceled(outcome ?? nothing);
    if (answer.kind === 'failed') {
      await ports.sleep(limits.smokeLookEveryMs);
      continue;
    }
    if (answer.kind === 'canceled')
      say('cancel', `canceled, ${formatQuantity(answer.reducedBy)} contracts taken back`);
    gone = await look(ports, order, ({ status }) => status === 'canceled' || status === 'executed');
  }
  if (gone === null)
    return { step: 'cancel', text: `it is still listed as resting; ${left(order)}` };
  const fills = codec.fills(await partsOf(ports, { kind: 'fills', since: null, orderId }));
  if (fills.kind === 'failed')
    problem ??= { step: 'gone', text: `fills: ${fills.code}: ${fills.detail}` };
  else if (gone.status !== 'canceled' || gone.filledCount !== 0 || fills.items.length > 0)
    problem ??= {
      step: 'gone',
      text: `somebody sold to it: ${formatQuantity(gone.filledCount)} contracts of ${ticker} are now held; the next run counts them as an external position`,
    };
  if (problem === null) say('gone', 'listed as canceled, nothing filled');
  return problem;
}

/** The cash comes back with the order, perhaps a moment later. */
async function compareCash(
  ports: SmokePorts,
  before: readonly ShardCash[],
): Promise<SmokeProblem | null> {
  let text = '';
  for (const _ of looks()) {
    const after = ports.codec.balance(await partsOf(ports, { kind: 'balance' }));
    if (after.kind === 'failed') text = `${after.code}: ${after.detail}`;
    else if (cashLine(after.items) === cashLine(before)) {
      ports.say('cash', 'unchanged on every shard');
      return null;
    } else
      text = `it was ${cashLine(before)}, it is ${cashLine(after.items)}; if a market settled or money moved meanwhile, run it again`;
    await ports.sleep(limits.smokeLookEveryMs);
  }
  return { step: 'cash', text };
}

function oddness(listed: VenueOrder, order: OrderRequest): SmokeProblem | null {
  const isAsSent =
    listed.status === 'resting' &&
    listed.side === order.side &&
    listed.yesPrice === order.yesPrice &&
    listed.remainingCount === order.count &&
    listed.filledCount === 0;
  if (isAsSent) return null;
  return {
    step: 'see',
    text: `listed as ${listed.status}, ${listed.side} at $${formatPrice(listed.yesPrice)}, ${formatQuantity(listed.remainingCount)} left of ${formatQuantity(listed.initialCount)}`,
  };
}

/** The order as listed once it is as wanted; null: not in time. Lists lag behind writes, and a failed one says nothing. */
async function look(
  ports: SmokePorts,
  { ticker, clientOrderId }: OrderRequest,
  isWanted: (order: VenueOrder) => boolean,
): Promise<VenueOrder | null> {
  for (const _ of looks()) {
    const orders = ports.codec.orders(
      await partsOf(ports, { kind: 'orders', since: null, ticker }),
    );
    const own =
      orders.kind === 'complete'
        ? orders.items.find((order) => order.clientOrderId === clientOrderId)
        : undefined;
    if (own !== undefined && isWanted(own)) return own;
    await ports.sleep(limits.smokeLookEveryMs);
  }
  return null;
}

const looks = (): Iterable<undefined> =>
  Array.from<undefined>({ length: Math.ceil(limits.smokeLookMsMax / limits.smokeLookEveryMs) });

const left = ({ clientOrderId, ticker }: OrderRequest): string =>
  `order ${clientOrderId} in ${ticker} may still rest; it lapses by itself within ${limits.smokeRestMs / 1_000} s, look for it on the exchange's own page`;

const nothing: Outcome = { kind: 'failed', code: 'aborted', sent: true, detail: 'no answer' };

const cashLine = (cash: readonly ShardCash[]): string =>
  [...cash]
    .sort((a, b) => a.shard - b.shard)
    .map(({ shard, cash: amount }) => `$${formatMicros(amount)} on shard ${shard}`)
    .join(', ');

const partsOf = ({ venue }: SmokePorts, request: EffectRequest): Promise<readonly Outcome[]> =>
  lastValueFrom(
    venue.perform(request).pipe(
      map(({ outcome }) => outcome),
      toArray(),
    ),
  );

async function openMarkets(ports: SmokePorts): Promise<Result<readonly Market[], string>> {
  const markets: Market[] = [];
  for (const outcome of await partsOf(ports, { kind: 'scan' })) {
    if (outcome.kind === 'end') continue;
    if (outcome.kind !== 'http')
      return err(outcome.kind === 'failed' ? outcome.detail : outcome.kind);
    if (outcome.status !== 200) return err(`HTTP ${outcome.status}`);
    const page = ports.codec.listing(outcome.body);
    if (!page.ok) return err(`${page.error.code} at ${page.error.where}`);
    markets.push(...page.value.markets);
  }
  return ok(markets);
}
