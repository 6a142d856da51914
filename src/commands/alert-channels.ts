import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import type { ChannelsConfig } from '../sinks/alerts/channels.js';

/** Where people are told. `problem`: what is there is only half of what it takes. */
export function alertChannels(
  settings: Settings,
  { alerts }: Secrets,
): { readonly config: ChannelsConfig; readonly problem: string | null } {
  const { webhookUrl, webhookSecret, telegramToken: token, discordUrl } = alerts;
  const { alertTelegramChat: chat, alertTelegramBaseUrl: base } = settings;
  const missing: string[] = [];
  if ((token === null) !== (chat === null))
    missing.push('Telegram takes BOT_ALERT_TELEGRAM_TOKEN and BOT_ALERT_TELEGRAM_CHAT');
  if (webhookSecret !== null && webhookUrl === null)
    missing.push('BOT_ALERT_WEBHOOK_SECRET signs nothing without BOT_ALERT_WEBHOOK_URL');
  return {
    config: {
      webhook: webhookUrl === null ? null : { url: webhookUrl, secret: webhookSecret },
      telegram: token === null || chat === null ? null : { token, chat, base },
      discord: discordUrl === null ? null : { url: discordUrl },
    },
    problem: missing.length === 0 ? null : missing.join('; '),
  };
}
