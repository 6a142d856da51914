/** The channel of index prints: which indices a client tracks, and the frames it gets. */
import type { ExchangeState } from '../core/types.js';
import { COINS } from '../world/spot.js';
import { type Session, type Subscription, sendSequenced } from './session.js';

const INDEX_IDS: readonly string[] = COINS.map(({ index }) => index);

const WINDOW_SECONDS = 60;
const SECOND_MS = 1_000;
const QUARTER_MS = 900_000;

/** The ids that a command names: null for none, 'invalid' when it names them in a way that is not allowed. */
export function indexIdsOf(params: Readonly<Record<string, unknown>>): string[] | null | 'invalid' {
  const ids = params['index_ids'];
  if (ids === undefined || ids === null) return null;
  if (!Array.isArray(ids) || !ids.every((id) => typeof id === 'string')) return 'invalid';
  return ids.includes('all') ? [...INDEX_IDS] : (ids as string[]);
}

/** `update_subscription` of this channel: 'unsupported' and 'missing' are the caller's to refuse. */
export function updateIndices(
  session: Session,
  subscription: Subscription,
  action: string,
  ids: readonly string[] | null,
  id: number | null,
): 'done' | 'missing' | 'unsupported' {
  if (action === 'indexlist') {
    const msg = JSON.stringify({ index_ids: INDEX_IDS });
    sendSequenced(session, subscription, 'cfbenchmarks_value_indexlist', msg, id);
    return 'done';
  }
  if (action !== 'subscribe_indices' && action !== 'unsubscribe_indices') return 'unsupported';
  if (ids === null || ids.length === 0) return 'missing';
  for (const index of ids) {
    if (action === 'subscribe_indices') subscription.indices.add(index);
    else subscription.indices.delete(index);
  }
  sendSequenced(session, subscription, 'ok', '{}', id);
  return 'done';
}

/** Sends the prints of one second to whoever tracks them. */
export function deliverIndices(session: Session, state: ExchangeState, secondMs: number): void {
  const subscription = session.byChannel.get('cfbenchmarks_value');
  if (subscription === undefined) return;
  for (const index of INDEX_IDS) {
    if (!subscription.indices.has(index)) continue;
    const msg = indexMsg(index, (ms) => state.world.index(index, ms) ?? 0, secondMs);
    sendSequenced(session, subscription, 'cfbenchmarks_value', msg);
  }
}

/** One print with its averages, as the venue passes on the provider's frame: a text inside the message. */
function indexMsg(index: string, at: (ms: number) => number, secondMs: number): string {
  const mean = (fromMs: number, toMs: number) => {
    let sum = 0;
    let count = 0;
    for (let ms = fromMs; ms < toMs; ms += SECOND_MS, count += 1) sum += at(ms);
    return {
      value: (sum / Math.max(1, count)).toFixed(8),
      window_size: count,
      window_start_ts_ms: fromMs,
      window_end_ts_exclusive: toMs,
    };
  };
  const closeMs = Math.ceil(secondMs / QUARTER_MS) * QUARTER_MS;
  const windowMs = closeMs - WINDOW_SECONDS * SECOND_MS;
  return JSON.stringify({
    index_id: index,
    received_at: secondMs,
    data: JSON.stringify({
      type: 'value',
      id: index,
      time: secondMs,
      value: at(secondMs).toFixed(4),
    }),
    avg_60s_data: mean(secondMs - WINDOW_SECONDS * SECOND_MS, secondMs),
    ...(secondMs > windowMs
      ? { last_60s_windowed_average_15min: mean(windowMs + SECOND_MS, secondMs + SECOND_MS) }
      : {}),
  });
}
