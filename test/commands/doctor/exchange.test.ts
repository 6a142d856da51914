// Goal: whatever an exchange answers, the row says the truth about it, with the code that is most telling.
import { describe, expect, it } from 'vitest';
import { type ExchangeLook, exchangeChecks } from '../../../src/commands/doctor/exchange.js';
import type { Dial } from '../../../src/exchange/kalshi/probe.js';
import type { LookName } from '../../../src/exchange/kalshi/requests.js';
import type { Outcome } from '../../../src/messages/effect.js';
import { loaded } from '../../config/helpers.js';
import { rowOf, told } from './helpers.js';

const now = Date.UTC(2026, 10, 26, 12);
const http = (body: unknown, status = 200): Outcome => ({
  kind: 'http',
  status,
  path: '/',
  body: typeof body === 'string' ? body : JSON.stringify(body),
});
const lost: Outcome = { kind: 'failed', code: 'network', sent: true, detail: 'ENOTFOUND' };
const open = { exchange_active: true, trading_active: true, exchange_estimated_resume_time: null };
const own = '[redacted]';
const keyed = (entry: object) => http({ api_keys: [{ api_key_id: 'other', scopes: [] }, entry] });
const windows = (...list: readonly (readonly [number, number])[]) =>
  http({
    schedule: {
      standard_hours: [],
      maintenance_windows: list.map(([from, to]) => ({
        start_datetime: new Date(now + from * 3_600_000).toISOString(),
        end_datetime: new Date(now + to * 3_600_000).toISOString(),
      })),
    },
  });
const sound: Readonly<Record<LookName, Outcome>> = {
  status: http(open),
  schedule: windows([-48, -46], [72, 74]),
  balance: http({ balance_breakdown: [{ exchange_index: 0, balance: '98.0186' }] }),
  keys: keyed({ api_key_id: own, scopes: ['read', 'write::trade'] }),
  limits: http({
    usage_tier: 'basic',
    read: { refill_rate: 200, bucket_capacity: 600 },
    write: { refill_rate: 100, bucket_capacity: 100 },
  }),
};
const heard: Dial = { kind: 'heard' };

type Change = Partial<Record<LookName, Outcome>> & {
  readonly dial?: Dial;
  readonly skew?: ExchangeLook['skew'];
  readonly canSign?: boolean;
  readonly mode?: 'paper' | 'live';
  readonly targets?: string;
};
async function look(code: string, change: Change = {}): Promise<string> {
  const { mode = 'live', canSign = true, dial = heard } = change;
  const { settings } = loaded({
    env: { BOT_EXECUTION_MODE: mode, BOT_SHARD_TARGETS: change.targets ?? '' },
  });
  const exchange: ExchangeLook = {
    canSign,
    look: (name) => Promise.resolve(change[name] ?? sound[name]),
    dial: () => Promise.resolve(dial),
    skew: change.skew === undefined ? { skewMs: 120, provenMs: 0 } : change.skew,
  };
  return told(await rowOf(exchangeChecks({ settings, exchange, realNow: () => now }), code));
}

describe('the exchange', () => {
  it('passes when all is well', async () => {
    const { settings } = loaded();
    const exchange: ExchangeLook = {
      canSign: true,
      look: () => Promise.resolve(lost),
      dial: () => Promise.resolve(heard),
      skew: null,
    };
    const codes = exchangeChecks({ settings, exchange, realNow: () => now }).map(
      ({ code }) => code,
    );
    expect(codes).toHaveLength(7);
    for (const code of codes) expect(await look(code), code).toMatch(/^pass 0/);
  });

  it.each<readonly [string, Change, RegExp]>([
    ['exchange_reachable', { status: lost }, /^fail 5: https:\/\/demo-api.*network: ENOTFOUND/],
    ['exchange_reachable', { status: { ...lost, code: 'redirect' } }, /^fail 5: .*redirect/],
    ['exchange_reachable', { status: http('<html>', 503) }, /^fail 5: .*HTTP 503/],
    ['clock_agrees', { skew: { skewMs: -1_700, provenMs: 1_200 } }, /^warn 0: .*1\.7 s behind/],
    [
      'clock_agrees',
      { skew: { skewMs: 6_000, provenMs: 5_001 } },
      /^fail 1: .*6\.0 s ahead.*chrony/,
    ],
    ['clock_agrees', { skew: { skewMs: 5_400, provenMs: 5_000 } }, /^warn 0/],
    ['clock_agrees', { skew: { skewMs: Number.NaN, provenMs: Number.NaN } }, /^fail 1/],
    ['clock_agrees', { skew: null }, /^warn 0: .*not tell/],
    [
      'exchange_open',
      { status: http({ ...open, trading_active: false }) },
      /^warn 0: trading is paused/,
    ],
    [
      'exchange_open',
      {
        status: http({ ...open, exchange_active: false, exchange_estimated_resume_time: '09:00Z' }),
      },
      /^warn 0: the exchange is paused, until about 09:00Z/,
    ],
    ['exchange_open', { status: http({}) }, /^warn 0: its state cannot be read/],
    [
      'exchange_open',
      { schedule: windows([20, 22]) },
      /^warn 0: trading; maintenance .*2026-11-27T08/,
    ],
    ['exchange_open', { schedule: windows([-1, 1]) }, /^warn 0: trading; maintenance/],
    ['exchange_open', { schedule: lost }, /^pass 0: trading; its schedule cannot/],
    ['signed_read', {}, /^pass 0: cash \$98\.02 on shard 0/],
    ['signed_read', { canSign: false }, /^fail 4: no key/],
    ['signed_read', { mode: 'paper', canSign: false }, /^not_checked 0: no key/],
    [
      'signed_read',
      { balance: http({}, 401) },
      /^fail 4: the exchange refuses the key .*demo exchange/,
    ],
    ['signed_read', { balance: http('no', 403) }, /^fail 4/],
    ['signed_read', { balance: lost }, /^fail 5/],
    ['signed_read', { balance: http('{}') }, /^fail 5: the balance cannot be read/],
    [
      'signed_read',
      { balance: http({ balance_dollars: '0.0000' }) },
      /^warn 0: .*nothing can be bought/,
    ],
    ['signed_read', { mode: 'paper', balance: http({ balance_dollars: '0.0000' }) }, /^pass 0/],
    ['key_scopes', {}, /^pass 0: may read, write::trade/],
    [
      'key_scopes',
      { keys: keyed({ api_key_id: own, scopes: ['read'] }) },
      /^fail 4: .*cannot trade/,
    ],
    [
      'key_scopes',
      { mode: 'paper', keys: keyed({ api_key_id: own, scopes: ['read'] }) },
      /^pass 0/,
    ],
    [
      'key_scopes',
      { keys: keyed({ api_key_id: own, scopes: ['read', 'write'] }) },
      /^warn 0: .*move money/,
    ],
    [
      'key_scopes',
      { keys: keyed({ api_key_id: own, scopes: ['read', 'write::trade', 'write::transfer'] }) },
      /^warn 0: .*move money/,
    ],
    [
      'key_scopes',
      {
        keys: keyed({
          api_key_id: own,
          scopes: ['read', 'write::trade'],
          api_key_region_expiration_ts: now / 1_000 + 3_600,
        }),
      },
      /^warn 0: .*attestation/,
    ],
    [
      'key_scopes',
      {
        keys: keyed({
          api_key_id: own,
          scopes: ['read', 'write::trade'],
          api_key_region_expiration_ts: '2027-12-01T00:00:00Z',
        }),
      },
      /^pass 0/,
    ],
    [
      'key_scopes',
      { keys: keyed({ api_key_id: 'another', scopes: [] }) },
      /^warn 0: .*not in the list/,
    ],
    ['key_scopes', { keys: keyed({ api_key_id: own }) }, /^not_checked 0/],
    ['key_scopes', { keys: http('{}', 404) }, /^not_checked 0/],
    ['key_scopes', { targets: '0:50,2:50' }, /^warn 0: .*needs write::transfer/],
    [
      'key_scopes',
      {
        targets: '0:50,2:50',
        keys: keyed({ api_key_id: own, scopes: ['read', 'write::trade', 'write::transfer'] }),
      },
      /^pass 0/,
    ],
    ['rate_tier', { limits: lost }, /^warn 0: not told/],
    ['feed_speaks', { dial: { kind: 'silent' } }, /^fail 5: .*says nothing/],
    ['feed_speaks', { dial: { kind: 'ended', reason: 'auth_401' } }, /^fail 4: .*auth 401/],
    ['feed_speaks', { dial: { kind: 'ended', reason: 'redirect' } }, /^fail 5/],
  ])('%s %#', async (code, change, says) => {
    expect(await look(code, change)).toMatch(says);
  });
});
