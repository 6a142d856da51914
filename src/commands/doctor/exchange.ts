import { environmentOf } from '../../config/addresses.js';
import type { Settings } from '../../config/schema.js';
import { exchangeStatus, keyEntry, maintenance, tier } from '../../exchange/kalshi/checkup.js';
import { kalshiCodec } from '../../exchange/kalshi/codec.js';
import type { Dial } from '../../exchange/kalshi/probe.js';
import type { LookName } from '../../exchange/kalshi/requests.js';
import { limits } from '../../limits.js';
import type { Outcome } from '../../messages/effect.js';
import { dollars } from '../../sinks/console/text.js';
import { type Check, type Finding, failure, pass, unchecked, warning } from './check.js';

/** The exchange, looked at. */
export type ExchangeLook = {
  readonly canSign: boolean;
  readonly look: (name: LookName) => Promise<Outcome>;
  readonly dial: () => Promise<Dial>;
  readonly skew: { readonly skewMs: number; readonly provenMs: number } | null;
};

export type ExchangePorts = {
  readonly settings: Settings;
  readonly exchange: ExchangeLook;
  readonly realNow: () => number;
};

const said = (outcome: Outcome): string => {
  if (outcome.kind === 'http') return `HTTP ${outcome.status}: ${outcome.body.slice(0, 200)}`;
  return outcome.kind === 'failed' ? `${outcome.code}: ${outcome.detail}` : outcome.kind;
};
const bodyOf = (outcome: Outcome): string | null =>
  outcome.kind === 'http' && outcome.status === 200 ? outcome.body : null;
const isRefused = (outcome: Outcome): boolean =>
  outcome.kind === 'http' && (outcome.status === 401 || outcome.status === 403);
const noKey = unchecked('no key that could sign');
const inSeconds = (ms: number): string => `${(Math.abs(ms) / 1_000).toFixed(1)} s`;

export function exchangeChecks(ports: ExchangePorts): readonly Check[] {
  const { settings, exchange } = ports;
  const isLive = settings.executionMode === 'live';
  return [
    {
      code: 'exchange_reachable',
      proves: 'the exchange answers, over a connection that can be trusted',
      exitCode: 5,
      needs: ['addresses'],
      atStart: true,
      run: async () => {
        const outcome = await exchange.look('status');
        return bodyOf(outcome) === null
          ? failure(
              `${settings.kalshiApiBaseUrl} does not answer as it should (${said(outcome)}); check the address, the network and whether the exchange is up`,
            )
          : pass(settings.kalshiApiBaseUrl);
      },
    },
    {
      code: 'clock_agrees',
      proves: 'signatures are in time and the age of quotes is what it seems',
      exitCode: 1,
      needs: ['exchange_reachable'],
      atStart: true,
      run: () => clockAgrees(exchange),
    },
    {
      code: 'exchange_open',
      proves: 'orders would be taken now',
      exitCode: 1,
      needs: ['exchange_reachable'],
      atStart: true,
      run: () => exchangeOpen(ports),
    },
    {
      code: 'signed_read',
      proves: 'the exchange takes the key, and there is cash',
      exitCode: 4,
      needs: ['exchange_reachable'],
      atStart: true,
      run: async () => {
        // Where orders are sent, what could not be looked at has not passed.
        if (!exchange.canSign) return isLive ? failure(noKey.text) : noKey;
        const outcome = await exchange.look('balance');
        if (isRefused(outcome))
          return failure(
            `the exchange refuses the key (${said(outcome)}); check the key id, that the key is of the ${environmentOf(settings)} exchange, and the clock`,
          );
        const cash = kalshiCodec.balance([outcome]);
        if (cash.kind !== 'complete')
          return failure(`the balance cannot be read (${said(outcome)})`, 5);
        const rows = cash.items.map((row) => `${dollars(row.cash)} on shard ${row.shard}`);
        const text = `cash ${rows.join(', ')}`;
        const isEmpty = !cash.items.some((row) => row.cash > 0);
        return isLive && isEmpty ? warning(`${text}: nothing can be bought`) : pass(text);
      },
    },
    {
      code: 'key_scopes',
      proves: 'the key may trade where it has to, and no more',
      exitCode: 4,
      needs: ['signed_read'],
      atStart: true,
      run: () => keyScopes(ports, isLive),
    },
    {
      code: 'rate_tier',
      proves: "the account's rate limits are known",
      exitCode: 1,
      needs: ['signed_read'],
      atStart: true,
      run: async () => {
        const body = bodyOf(await exchange.look('limits'));
        const read = body === null ? null : tier(body);
        if (read?.ok !== true) return warning('not told; the engine assumes the lowest');
        const { name, readPerSecond, writePerSecond } = read.value;
        return pass(`${name}: ${readPerSecond} reads, ${writePerSecond} writes a second (tokens)`);
      },
    },
    {
      code: 'feed_speaks',
      proves: 'the signed handshake of the feed is taken, and it speaks',
      exitCode: 5,
      needs: ['signed_read'],
      atStart: true,
      run: async () => {
        const dial = await exchange.dial();
        if (dial.kind === 'heard') return pass(settings.kalshiWsUrl);
        if (dial.kind === 'silent')
          return failure(`${settings.kalshiWsUrl} is connected and says nothing`);
        return failure(
          `${settings.kalshiWsUrl} cannot be heard (${dial.reason.replaceAll('_', ' ')})`,
          dial.reason.startsWith('auth_') ? 4 : 5,
        );
      },
    },
  ];
}

async function clockAgrees(exchange: ExchangeLook): Promise<Finding> {
  for (let looks = 1; looks < limits.clockLooksMin; looks += 1) await exchange.look('status');
  const { skew } = exchange;
  if (skew === null) return warning('the exchange does not tell its time');
  const text = `the exchange's clock is ${inSeconds(skew.skewMs)} ${skew.skewMs < 0 ? 'behind' : 'ahead of'} ours`;
  const mend = 'let the system keep its clock (chrony, systemd-timesyncd)';
  if (!(skew.provenMs <= limits.skewOrdersMsMax)) return failure(`${text}; ${mend}`);
  return skew.provenMs > limits.skewWarnMs ? warning(`${text}; ${mend}`) : pass(text);
}

async function exchangeOpen({ exchange, realNow }: ExchangePorts): Promise<Finding> {
  const [status, schedule] = [await exchange.look('status'), await exchange.look('schedule')];
  const state = exchangeStatus(bodyOf(status) ?? '');
  if (!state.ok) return warning(`its state cannot be read (${said(status)})`);
  const { isActive, isTrading, resumesAt } = state.value;
  const until = resumesAt === null ? '' : `, until about ${resumesAt}`;
  if (!isActive) return warning(`the exchange is paused${until}; not even cancels are taken`);
  if (!isTrading) return warning(`trading is paused${until}; cancels are taken, orders are not`);
  const windows = maintenance(bodyOf(schedule) ?? '');
  const next = (windows.ok ? windows.value : []).find(
    ({ fromMs, toMs }) => toMs > realNow() && fromMs < realNow() + limits.maintenanceAheadMs,
  );
  if (next !== undefined)
    return warning(`trading; maintenance is announced for ${new Date(next.fromMs).toISOString()}`);
  return windows.ok ? pass('trading') : pass('trading; its schedule cannot be read');
}

async function keyScopes(
  { settings, exchange, realNow }: ExchangePorts,
  isLive: boolean,
): Promise<Finding> {
  const outcome = await exchange.look('keys');
  const body = bodyOf(outcome);
  const entry = body === null ? null : keyEntry(body);
  if (entry?.ok !== true)
    return unchecked('the exchange does not tell; see on its page that the key cannot transfer');
  if (entry.value === null) return warning('the key is not in the list of the account');
  const { scopes, regionUntilMs } = entry.value;
  if (scopes === null) return unchecked('the exchange does not tell them');
  const has = (name: string): boolean => scopes.includes(name);
  const text = `may ${scopes.join(', ')}`;
  if (isLive && !has('write') && !has('write::trade'))
    return failure(`${text}, and so cannot trade; make a key that has write::trade`);
  const canMove = scopes.some((scope) => scope === 'write' || /transfer|withdraw/.test(scope));
  const hasToMove = isLive && settings.shardTargets.length > 0;
  if (hasToMove && !canMove)
    return warning(`${text}: BOT_SHARD_TARGETS needs write::transfer; grant it, or leave it empty`);
  if (canMove && !hasToMove)
    return warning(`${text}: whoever has this key can move money; narrow it to write::trade`);
  if (regionUntilMs !== null && !(regionUntilMs > realNow() + limits.regionEndsMs))
    return warning(`${text}; the attestation of your place ends, or has ended: renew it`);
  return pass(text);
}
