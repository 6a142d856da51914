// Goal: whether anybody would be told is known before it matters, without a word of any address or token.
import { describe, expect, it } from 'vitest';
import { alertCheck } from '../../../src/commands/doctor/alerts.js';
import { keyChecks } from '../../../src/commands/doctor/keys.js';
import { loadSecrets } from '../../../src/config/secrets.js';
import { loaded as loadedConfig } from '../../config/helpers.js';
import { rowOf, told } from './helpers.js';

const token = '123456:hunter2-hunter2-hunter2-hunter2';
const telegram = { BOT_ALERT_TELEGRAM_TOKEN: token };
const chat = { BOT_ALERT_TELEGRAM_CHAT: '-100123' };
const webhook = { BOT_ALERT_WEBHOOK_URL: 'https://hooks.test/hunter2' };
const secret = { BOT_ALERT_WEBHOOK_SECRET: 'hunter2-hunter2-hunter2' };
const heartbeat = (url: string) => ({ BOT_ALERT_HEARTBEAT_URL: url });
const discord = (url: string) => ({ BOT_ALERT_DISCORD_URL: url });
const hook = 'https://discord.com/api/webhooks/1234/hunter2_hunter2';

type Env = Readonly<Record<string, string>>;
const ports = (env: Env) => {
  const { settings } = loadedConfig({
    env: Object.fromEntries(Object.entries(env).filter(([name]) => name in chat)),
  });
  return { settings, loaded: loadSecrets({ ...env }), isReal: false };
};
const look = async (env: Env, isReal = false) =>
  told(await rowOf([alertCheck({ ...ports(env), isReal })], 'alert_channels'));

describe('alert channels', () => {
  it.each<readonly [string, Env, RegExp]>([
    ['none', {}, /^not_checked 0: no channel is set/],
    ['a token without a chat', telegram, /^warn 0: Telegram takes .*CHAT\. Complete: no channel$/],
    [
      'a chat without a token',
      { ...chat, ...webhook },
      /^warn 0: Telegram takes .*\. Complete: webhook$/,
    ],
    ['a secret that signs nothing', secret, /^warn 0: BOT_ALERT_WEBHOOK_SECRET signs nothing/],
    ['a page of Discord', discord('https://discord.com/channels/1/2'), /^warn 0: .*DISCORD_URL/],
    ['its shape for Slack', discord(`${hook}/slack`), /^warn 0: .*DISCORD_URL/],
    ['another host', discord('https://discord.test/api/webhooks/1/a'), /^warn 0: .*DISCORD_URL/],
    [
      'one that looks like it',
      discord(hook.replace('.com', '.com.test')),
      /^warn 0: .*DISCORD_URL/,
    ],
    ['a thread of Discord', discord(`${hook}?thread_id=5`), /^pass 0: Discord;/],
    ['a version of its interface', discord(hook.replace('api', 'api/v10')), /^pass 0: Discord;/],
    ['a stand-in', discord('http://127.0.0.1:9/d'), /^pass 0: Discord;/],
    ['a heartbeat over http', heartbeat('http://ping.test/hunter2'), /^fail 3: .*HEARTBEAT_URL/],
    ['a token that is none', { BOT_ALERT_TELEGRAM_TOKEN: 'hunter2' }, /^fail 4: .*TELEGRAM_TOKEN/],
    [
      'all of them',
      { ...webhook, ...secret, ...telegram, ...chat, ...discord(hook), ...heartbeat(hook) },
      /^pass 0: webhook, signed; Telegram; Discord; heartbeat; `alerts test`/,
    ],
  ])('%s', async (_, env, says) => {
    const row = await look(env);
    expect(row).toMatch(says);
    expect(row).not.toMatch(/hunter2|discord\.com\/api\/webhooks\/1|-100123/);
  });

  it('with real money that nobody is told is a warning', async () => {
    expect(await look({}, true)).toMatch(/^warn 0: no channel is set/);
  });

  it('what is wrong with them is not said of the keys, and not the other way round', async () => {
    const keyRow = async (env: Env) => {
      const checks = keyChecks({ ...ports(env), spoken: [], env: {}, programDir: '/opt/bot' });
      return told(await rowOf(checks, 'key_file'));
    };
    const ping = heartbeat('http://ping.test/');
    const bad = { KALSHI_API_KEY_ID: 'two words' };
    expect(await keyRow(ping)).toMatch(/^not_checked 0: needs alert_channels/);
    expect(await look(bad)).toMatch(/^not_checked 0: needs key_file/);
    expect(await keyRow({ ...bad, ...ping })).toMatch(/^fail 4: (?!.*HEARTBEAT)/);
    expect(await look({ ...bad, ...ping })).toMatch(/^fail 3: (?!.*KALSHI).*HEARTBEAT/);
  });
});
