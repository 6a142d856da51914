// Goal: everything a real exchange was recorded saying is read, or refused with the code that it documents.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ticker } from '../../src/domain/units.js';
import { kalshiCodec } from '../../src/exchange/kalshi/codec.js';
import { venueError } from '../../src/exchange/kalshi/errors.js';
import type { FeedOutput } from '../../src/exchange/venue.js';
import type { Outcome } from '../../src/messages/effect.js';

const demo = new URL('../../../shared/data/kalshi-demo-2026-06/', import.meta.url);
const gold = new URL('../../../shared/data/kalshi-gold15m/', import.meta.url);
const absent = (folder: URL): boolean => {
  const isAbsent = !existsSync(folder);
  if (isAbsent) console.warn(`skipped: recorded data not found at ${folder.pathname}`);
  return isAbsent;
};

const text = (name: string): string => readFileSync(new URL(name, demo), 'utf8');
const status = (name: string): number =>
  (JSON.parse(text(name.replace(/\.json$/, '.meta.json'))) as { status: number }).status;

/** What the engine makes of a recorded answer: which reader it is for, and what that says. */
function read(name: string): string {
  const body = text(name);
  const code = existsSync(new URL(name.replace(/\.json$/, '.meta.json'), demo))
    ? status(name)
    : 200;
  const http: Outcome = { kind: 'http', status: code, path: '/', body };
  const list: Outcome[] = [http, { kind: 'end', parts: 1 }];
  const result = (ok: { readonly ok: boolean; readonly error?: unknown }): string =>
    ok.ok ? 'read' : `refused ${JSON.stringify(ok.error)}`;
  const answer = (one: {
    readonly kind: string;
    readonly code?: string;
    readonly detail?: string;
  }): string =>
    one.kind === 'complete' ? 'read' : `${one.kind} ${one.code ?? one.detail ?? ''}`.trim();
  if (name.startsWith('auth__')) return answer(kalshiCodec.balance(list));
  if (code >= 400 && !name.startsWith('orders__')) return venueError(code, body).code;
  if (name.startsWith('markets__'))
    return result(
      'market' in (JSON.parse(body) as object)
        ? kalshiCodec.market(body)
        : kalshiCodec.listing(body),
    );
  if (name.startsWith('orderbook__')) return result(kalshiCodec.book(ticker('A'), body));
  if (name.startsWith('orders__get') || name === 'orders__stp_resting_after.json') {
    const { order } = JSON.parse(body) as { order: unknown };
    const rows = { ...http, status: 200, body: JSON.stringify({ orders: [order], cursor: '' }) };
    return answer(kalshiCodec.orders([rows, { kind: 'end', parts: 1 }]));
  }
  if (
    name.startsWith('orders__cancel') ||
    name === 'orders__legacy_cancel.json' ||
    name.startsWith('cleanup__')
  )
    return answer(kalshiCodec.canceled(http));
  if (name.startsWith('orders__')) return answer(kalshiCodec.placed(http));
  if (name.startsWith('portfolio__orders')) return answer(kalshiCodec.orders(list));
  if (name.startsWith('portfolio__positions')) return answer(kalshiCodec.positions(list));
  if (name.startsWith('fills__')) return answer(kalshiCodec.fills(list));
  if (name.startsWith('settlements__')) return answer(kalshiCodec.settlements(list));
  return 'other';
}

describe.skipIf(absent(demo))('the demo exchange, June 2026', () => {
  it('is read whole, or refused with its own code', () => {
    const names = readdirSync(demo).filter(
      (name) => name.endsWith('.json') && !name.endsWith('.meta.json'),
    );
    const said = Object.fromEntries(names.map((name) => [name.replace('.json', ''), read(name)]));
    const notRead = Object.fromEntries(Object.entries(said).filter(([, what]) => what !== 'read'));
    expect(notRead).toMatchInlineSnapshot(`
      {
        "account__endpoint_costs": "other",
        "account__limits": "other",
        "auth__bad_signature": "failed authentication_error",
        "auth__missing_signature_header": "failed signature_is_missing_from_headers",
        "auth__skew_minus30s": "failed header_timestamp_expired",
        "auth__skew_minus5min": "failed header_timestamp_expired",
        "auth__skew_plus5min": "failed header_timestamp_expired",
        "auth__unknown_key_id": "failed authentication_error",
        "cleanup__leftover_0": "not_found",
        "cleanup__leftover_1": "not_found",
        "cleanup__leftover_2": "not_found",
        "cleanup__stp_resting": "canceled",
        "exchange__status": "other",
        "markets__limit_over_max": "invalid_query",
        "orders__cancel_already_canceled": "gone",
        "orders__cancel_executed": "gone",
        "orders__cancel_unknown_id": "gone",
        "orders__cancel_v2": "canceled",
        "orders__create_v2_maker": "accepted",
        "orders__create_v2_taker_ioc": "accepted",
        "orders__duplicate_client_order_id": "rejected order_already_exists",
        "orders__insufficient_balance": "rejected insufficient_balance",
        "orders__invalid_price_structure": "rejected invalid_price",
        "orders__legacy_cancel": "failed odd_answer",
        "orders__legacy_create": "unknown unknown_shape order.order_id: missing",
        "orders__numeric_field_types": "rejected bad_request",
        "orders__post_only_cross": "rejected invalid_order",
        "orders__reuse_canceled_client_id": "rejected order_already_exists",
        "orders__settlement_seed": "accepted",
        "orders__stp_self_cross": "accepted",
        "orders__stp_setup": "accepted",
        "series__fee_changes": "other",
        "trades__public_recorded": "other",
      }
    `);
  });

  it('keeps every market of every page', () => {
    for (const name of [
      'markets__page1',
      'markets__page2',
      'markets__page3',
      'markets__high_temp',
      'markets__status_open',
    ]) {
      const page = kalshiCodec.listing(text(`${name}.json`));
      if (!page.ok) throw new Error(name);
      expect([name, page.value.refused]).toEqual([name, []]);
      expect(page.value.markets.length).toBeGreaterThan(0);
    }
  });

  it.each(['ws__orderbook_trade_noleg.jsonl', 'ws__orderbook_trade_yes.jsonl'])(
    '%s replays',
    (name) => {
      const session = kalshiCodec.feed({ sparseSeq: false, tickersPerSubscriptionMax: 200 });
      const outputs: FeedOutput[] = [];
      for (const line of text(name)
        .split('\n')
        .filter((one) => one !== ''))
        session.handle({ kind: 'frame', connection: 1, text: `${line}\n` }, (output) =>
          outputs.push(output),
        );
      const kinds = outputs.map((output) => output.kind);
      expect(kinds.filter((kind) => kind === 'gap' || kind === 'refused')).toEqual([]);
      expect(kinds).toContain('snapshot');
      expect(kinds).toContain('delta');
    },
  );
});

describe.skipIf(absent(gold))('six recorded markets', () => {
  it('a capture split by market gives every message, without a gap', () => {
    const [folder] = readdirSync(gold).filter((name) =>
      existsSync(new URL(`${name}/2026-08-10.ndjson.gz`, gold)),
    );
    const lines = gunzipSync(readFileSync(new URL(`${folder ?? ''}/2026-08-10.ndjson.gz`, gold)))
      .toString('utf8')
      .split('\n')
      .slice(0, 5_000);
    const session = kalshiCodec.feed({ sparseSeq: true, tickersPerSubscriptionMax: 200 });
    const counts: Record<string, number> = {};
    const emit = (output: FeedOutput): void => {
      counts[output.kind] = (counts[output.kind] ?? 0) + 1;
    };
    for (const line of lines) {
      const event = line.slice(line.indexOf('"event":') + 8, -1);
      session.handle({ kind: 'frame', connection: 0, text: event }, emit);
    }
    expect(Object.keys(counts).toSorted()).toEqual(['delta', 'snapshot', 'trade']);
    expect((counts['delta'] ?? 0) + (counts['snapshot'] ?? 0) + (counts['trade'] ?? 0)).toBe(5_000);
  });
});
