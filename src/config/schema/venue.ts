import {
  feedAddressAllowed,
  parseFeedAddress,
  parseRestAddress,
  restAddressAllowed,
} from '../addresses.js';
import { sha256Hex } from '../hash.js';
import { choice, clock, moneyChoice, optionalText, shardShares, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

const labelPattern = '[a-z0-9][a-z0-9_-]{0,31}';
const label = new RegExp(`^${labelPattern}$`);

/** Where orders go, and which exchange, account and clock they go by. */
export const venue = {
  executionMode: choice(
    {
      env: 'BOT_EXECUTION_MODE',
      unit: '',
      default: 'paper',
      description:
        'Where orders go: `paper` never sends an order to any exchange, `live` sends real ones.',
      hot: false,
    },
    ['paper', 'live'],
  ),
  exchangeBackend: choice(
    {
      env: 'BOT_EXCHANGE_BACKEND',
      unit: '',
      default: 'kalshi',
      description:
        'Which exchange: `kalshi` at the addresses below, or `paper_sim`, a simulator that the engine starts itself.',
      hot: false,
    },
    ['kalshi', 'paper_sim'],
  ),
  kalshiApiBaseUrl: text(
    {
      env: 'KALSHI_API_BASE_URL',
      unit: '',
      default: 'https://demo-api.kalshi.co',
      description: 'REST address. Only the demo and production exchanges and loopback are allowed.',
      hot: false,
    },
    {
      allowed: restAddressAllowed,
      check: (value) => {
        const address = parseRestAddress(value);
        return address.ok ? decoded(address.value.url) : refused();
      },
      pattern: 'https?://.+',
    },
  ),
  kalshiWsUrl: text(
    {
      env: 'KALSHI_WS_URL',
      unit: '',
      default: 'wss://demo-api.kalshi.co/trade-api/ws/v2',
      description: 'WebSocket address, of the same exchange as the REST address.',
      hot: false,
    },
    {
      allowed: feedAddressAllowed,
      check: (value) => {
        const address = parseFeedAddress(value);
        return address.ok ? decoded(address.value.url) : refused();
      },
      pattern: 'wss?://.+',
    },
  ),
  account: text(
    {
      env: 'BOT_ACCOUNT',
      unit: '',
      default: 'main',
      description:
        'Label of the exchange account, part of the ledger’s place and identity. Keys rotate, the label stays.',
      hot: false,
    },
    {
      allowed: 'up to 32 of a-z, 0-9, _ and -, starting with a letter or digit',
      check: (value) => (label.test(value) ? decoded(value) : refused()),
      pattern: labelPattern,
    },
  ),
  liveConfirm: optionalText(
    {
      env: 'BOT_LIVE_CONFIRM',
      unit: '',
      default: '',
      description:
        'The API key id, repeated, to confirm live trading on a real exchange. Kept and shown only as a hash.',
      hot: false,
      sensitive: true,
    },
    { allowed: 'the API key id', check: (value) => decoded(sha256Hex(value)) },
  ),
  clock: clock({
    env: 'BOT_CLOCK',
    unit: '',
    default: '',
    description:
      'The clock that a simulator printed, as JSON; market time then runs from its origin at its speed. Refused unless the exchange is on loopback.',
    hot: false,
    environmentOnly: true,
  }),
  balancePrecision: moneyChoice(
    {
      env: 'BOT_BALANCE_PRECISION',
      unit: '$',
      default: '0.0001',
      description: 'Smallest amount the exchange books for this account; cash is rounded to it.',
      hot: false,
    },
    ['0.0001', '0.01'],
  ),
  shardAllocation: shardShares({
    env: 'BOT_SHARD_ALLOCATION',
    unit: '%',
    default: '0:50,2:30,3:20',
    description:
      'How paper and simulator accounts split the opening bankroll over the exchange’s shards.',
    hot: false,
  }),
  shardTargets: shardShares(
    {
      env: 'BOT_SHARD_TARGETS',
      unit: '%',
      default: '',
      description:
        'How free cash is kept split over the exchange’s shards; an order can only spend what is on its market’s shard. One that lacks a quarter of its target, and at least $1, is filled up from the one with most to spare, one transfer at a time. Empty: the engine moves no cash.',
      hot: false,
    },
    true,
  ),
  seed: whole(
    {
      env: 'BOT_SEED',
      unit: '',
      default: '1',
      description:
        'Seed of everything that is drawn: latency and slippage of paper fills, the simulator’s world.',
      hot: false,
    },
    { min: '0', max: '4294967295' },
  ),
};
