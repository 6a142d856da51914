import type { Command } from 'commander';
import { systemClock } from '../clock.js';
import type { Flags } from '../config/layers.js';
import { readConfig } from '../config/read.js';
import { loadSecrets } from '../config/secrets.js';
import { channelsOf } from '../sinks/alerts/channels.js';
import { testMessage } from '../sinks/alerts/message.js';
import { type Posted, poster } from '../sinks/alerts/post.js';
import { alertChannels } from './alert-channels.js';
import { alertAgent, engineName } from './instruments.js';
import { refuse } from './refuse.js';
import { collectSet, flagsOf } from './settings-options.js';

const failure = 1;
const config = 3;

type AlertOptions = { readonly config?: string; readonly json?: true; readonly set: Flags };

/** `alerts test`: one message through every channel that is configured. */
export function registerAlerts(program: Command): void {
  program
    .command('alerts')
    .description('how people are told')
    .command('test')
    .description('send one test message through every channel, and say what came of it')
    .option('--json', 'one line of JSON on stdout')
    .option('--config <path>', 'settings file')
    .option('--set <name=value>', 'set one setting; may be repeated', collectSet, {})
    .action(async (options: AlertOptions) => {
      process.exitCode = await test(options);
    });
}

const said = (posted: Posted): string =>
  posted.kind === 'done' ? 'taken' : `failed: ${posted.text}`;

async function test(options: AlertOptions): Promise<number> {
  const read = readConfig(process.env, flagsOf(options));
  if (!read.ok) return refuse(read.error);
  const loaded = loadSecrets(process.env);
  if (!loaded.ok) return refuse(loaded.error);
  const { settings } = read.value.loaded;
  const { secrets } = loaded.value;
  const { config: channels, problem } = alertChannels(settings, secrets);
  if (problem !== null) process.stderr.write(`${problem}\n`);
  const { heartbeatUrl } = secrets.alerts;
  const message = testMessage(engineName(settings), systemClock.realNow());
  const asks = [
    ...channelsOf(channels).map(({ name, post }) => ({ name, ask: post(message) })),
    ...(heartbeatUrl === null ? [] : [{ name: 'heartbeat', ask: { url: heartbeatUrl } }]),
  ];
  if (asks.length === 0) {
    process.stderr.write(
      'no channel is configured: set BOT_ALERT_WEBHOOK_URL, BOT_ALERT_DISCORD_URL, or BOT_ALERT_TELEGRAM_TOKEN with BOT_ALERT_TELEGRAM_CHAT\n',
    );
    return config;
  }
  const { send, close } = poster(systemClock, alertAgent);
  const rows: { readonly channel: string; readonly ok: boolean; readonly text: string }[] = [];
  for (const { name, ask } of asks) {
    const posted = await send(ask);
    rows.push({ channel: name, ok: posted.kind === 'done', text: said(posted) });
    if (options.json !== true) process.stdout.write(`${name}: ${said(posted)}\n`);
  }
  await close();
  if (options.json === true)
    process.stdout.write(`${JSON.stringify({ schemaVersion: 1, channels: rows })}\n`);
  if (problem !== null) return config;
  return rows.every(({ ok }) => ok) ? 0 : failure;
}
