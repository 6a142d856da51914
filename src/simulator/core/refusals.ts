/** Every way the exchange says no to an order, with the HTTP status and the words it uses. */
export type Refusal = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly details?: string;
};

const refusal = (status: number, code: string, details?: string, message?: string): Refusal => ({
  status,
  code,
  message: message ?? code.replaceAll('_', ' '),
  ...(details === undefined ? {} : { details }),
});

export const refusals = {
  insufficientBalance: refusal(400, 'insufficient_balance'),
  invalidPrice: refusal(400, 'invalid_price'),
  invalidSize: refusal(400, 'invalid_order_size'),
  postOnlyCross: refusal(400, 'invalid_order', 'post only cross'),
  reduceOnlyNotIoc: refusal(400, 'invalid_order', 'reduce only orders must be immediate or cancel'),
  expirationPast: refusal(
    400,
    'invalid_order',
    undefined,
    'Expiration timestamp must be in the future',
  ),
  expirationWithIoc: refusal(
    400,
    'invalid_order',
    undefined,
    'Cannot specify both immediate_or_cancel and expiration_ts',
  ),
  invalidOrder: (details: string): Refusal => refusal(400, 'invalid_order', details),
  badClientOrderId: refusal(400, 'invalid_order', 'invalid client order id'),
  orderExists: refusal(409, 'order_already_exists'),
  killed: refusal(409, 'fill_or_kill_insufficient_resting_volume'),
  notFound: refusal(404, 'not_found'),
  marketNotFound: refusal(404, 'market_not_found'),
  eventNotFound: refusal(404, 'not_found'),
  userNotFound: refusal(
    404,
    'user_not_found',
    undefined,
    'Exchange user not found. See the Exchange Sharding documentation.',
  ),
  marketInactive: refusal(400, 'market_inactive'),
  tradingPaused: refusal(400, 'trading_paused'),
  exchangePaused: refusal(400, 'exchange_paused'),
  groupNotFound: refusal(404, 'order_group_not_found'),
  groupTriggered: refusal(400, 'exceeded_order_group_risk_limit'),
  tickerMismatch: refusal(400, 'order_ticker_mismatch'),
  sideMismatch: refusal(400, 'order_side_mismatch'),
  idMismatch: refusal(400, 'order_id_and_client_order_id_mismatch'),
  balanceTooLow: refusal(400, 'available_balance_too_low'),
} as const;

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };
export const yes = <T>(value: T): Answer<T> => ({ ok: true, value });
export const no = (why: Refusal): Answer<never> => ({ ok: false, refusal: why });
