/** The world's stream with nobody trading: one canonical line per event, the same bytes for the same seed and origin. */
import { makeExchange } from './core/state.js';
import { nextDueMs, step } from './core/step.js';
import type { ExchangeEvent } from './core/types.js';
import { deltaMsg, eventLifecycleMsg, lifecycleMsg, tickerMsg, tradeMsg } from './wire/frames.js';
import type { World } from './world/types.js';

/** Sorted keys all the way down, so that the bytes do not depend on how an object came to be. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

function messageOf(event: ExchangeEvent): { readonly type: string; readonly msg: string } | null {
  switch (event.kind) {
    case 'delta':
      return { type: 'orderbook_delta', msg: deltaMsg(event, false, false) };
    case 'trade':
      return { type: 'trade', msg: tradeMsg(event) };
    case 'ticker':
      return { type: 'ticker', msg: tickerMsg(event.market, event.atMs) };
    case 'lifecycle':
      return { type: 'market_lifecycle_v2', msg: lifecycleMsg(event) };
    case 'event':
      return { type: 'event_lifecycle', msg: eventLifecycleMsg(event.event) };
    default:
      return null;
  }
}

/** Yields the lines of `durationMs` of market time from the origin on. */
export function* scriptLines(
  world: World,
  options: { readonly seed: number; readonly originMs: number; readonly durationMs: number },
): Generator<string> {
  const state = makeExchange(world, options.seed);
  const endMs = options.originMs + options.durationMs;
  for (
    let atMs: number | null = options.originMs;
    atMs !== null && atMs <= endMs;
    atMs = nextDueMs(state)
  ) {
    for (const event of step(state, { kind: 'advance' }, atMs).events) {
      const message = messageOf(event);
      if (message === null) continue;
      yield canonical({
        at: event.atMs,
        type: message.type,
        msg: JSON.parse(message.msg) as unknown,
      });
    }
  }
}
