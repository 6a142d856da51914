/** The operator's door: freeze, faults, counts. Loopback only, unsigned, and not part of the venue. */
import type { IncomingMessage } from 'node:http';
import { type FaultKind, isFault } from '../faults.js';
import { isObject, readFields } from '../wire/body.js';
import { jsonReply, ok, type Reply } from '../wire/replies.js';

export type AdminControls = {
  readonly freeze: () => number;
  readonly thaw: () => void;
  readonly armFault: (fault: {
    readonly kind: FaultKind;
    readonly count: number;
    readonly ms: number;
    readonly method: string | null;
    readonly path: string | null;
  }) => void;
  readonly clearFaults: () => void;
  /** Bends the wall clock that signatures are checked against. */
  readonly skewClock: (ms: number) => void;
  readonly setQueryLag: (ms: number) => void;
  readonly setExchange: (exchangeActive: boolean, tradingActive: boolean) => void;
  readonly setMarket: (ticker: string, active: boolean) => boolean;
  readonly setTransfers: (marketMs: number, fail: boolean) => void;
  readonly dropSockets: () => number;
  readonly muteSockets: () => number;
  /** Ends every subscription as if its client had not read: error 25 each. */
  readonly overflowSockets: () => number;
  readonly stats: () => Readonly<Record<string, unknown>>;
  /** Every account's books in this instant, and the most it ever had at stake. */
  readonly accounts: () => readonly unknown[];
};

const problem = (text: string): Reply => jsonReply(400, { error: text });

/** A page in a browser can reach loopback by another name; this door does not open for one. */
function isLoopback(request: IncomingMessage): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  const near = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(
    request.socket.remoteAddress ?? '',
  );
  return (
    near &&
    ['127.0.0.1', 'localhost', '[::1]'].includes(host) &&
    request.headers.origin === undefined
  );
}

function fault(controls: AdminControls, body: unknown): Reply {
  const fields = readFields(body, 'Fault');
  const kind = fields.text('kind');
  const ms = fields.whole('ms') ?? 500;
  const count = fields.whole('count') ?? 1;
  const method = fields.text('method');
  const path = fields.text('path');
  const ticker = fields.text('ticker');
  const on = !(isObject(body) && body['on'] === false);
  const wrong = fields.problem();
  if (wrong !== null) return wrong;
  switch (kind) {
    case 'clock_skew':
      controls.skewClock(ms);
      return ok({ kind, ms });
    case 'query_lag':
      controls.setQueryLag(ms);
      return ok({ kind, ms });
    case 'pause_trading':
      controls.setExchange(true, !on);
      return ok({ kind, on });
    case 'pause_exchange':
      controls.setExchange(!on, !on);
      return ok({ kind, on });
    case 'pause_market':
      return controls.setMarket(ticker ?? '', !on)
        ? ok({ kind, ticker, on })
        : problem(`no market "${ticker ?? ''}"`);
    case 'transfers':
      controls.setTransfers(ms, on);
      return ok({ kind, ms, on });
    case 'drop_sockets':
      return ok({ kind, dropped: controls.dropSockets() });
    case 'mute_sockets':
      return ok({ kind, muted: controls.muteSockets() });
    case 'overflow_sockets':
      return ok({ kind, overflowed: controls.overflowSockets() });
    case 'clear':
      controls.clearFaults();
      return ok({ kind });
    default:
      if (!isFault(kind)) return problem(`unknown fault "${kind ?? ''}"`);
      controls.armFault({ kind, count, ms, method, path });
      return ok({ kind, count, ms, method, path });
  }
}

export function handleAdmin(
  controls: AdminControls,
  request: IncomingMessage,
  path: string,
  body: unknown,
): Reply {
  if (!isLoopback(request)) return jsonReply(403, { error: 'loopback only' });
  const method = request.method ?? 'GET';
  if (method === 'GET' && path === '/simulator/stats') return ok(controls.stats());
  if (method === 'GET' && path === '/simulator/accounts')
    return ok({ accounts: controls.accounts() });
  if (method === 'POST' && path === '/simulator/freeze') {
    if (isObject(body) && body['on'] === false) {
      controls.thaw();
      return ok({ frozen: false });
    }
    return ok({ frozen: true, atMs: controls.freeze() });
  }
  if (method === 'POST' && path === '/simulator/fault') return fault(controls, body);
  return jsonReply(404, { error: 'not found' });
}
