import { err, ok, type Result } from '../domain/result.js';
import { parseEvidenceAddress } from './addresses.js';
import type { ConfigProblem } from './problems.js';

/** What it takes to tell people. An address is a secret where knowing it is enough to write there. */
export type AlertSecrets = {
  readonly webhookUrl: string | null;
  readonly webhookSecret: string | null;
  readonly telegramToken: string | null;
  readonly discordUrl: string | null;
  readonly heartbeatUrl: string | null;
};

export const noAlertSecrets: AlertSecrets = {
  webhookUrl: null,
  webhookSecret: null,
  telegramToken: null,
  discordUrl: null,
  heartbeatUrl: null,
};

/** Reads them by `read`, which reports what it cannot read. Everything else that is wrong, without the secret itself. */
export function alertSecrets(
  read: (name: string) => string | null,
): Result<AlertSecrets, ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const refuse = (code: ConfigProblem['code'], subject: string, must: string): null => {
    problems.push({ code, subject, message: `${subject}: must be ${must}` });
    return null;
  };
  const address = (name: string): string | null => {
    const url = read(name);
    if (url === null || parseEvidenceAddress(url).ok) return url;
    const must = 'an https:// address without user name, or http:// on loopback';
    return refuse('invalid_value', name, must);
  };
  const word = (name: string, pattern: RegExp, must: string): string | null => {
    const value = read(name);
    return value === null || pattern.test(value) ? value : refuse('key_id_invalid', name, must);
  };
  const secrets: AlertSecrets = {
    webhookUrl: address('BOT_ALERT_WEBHOOK_URL'),
    webhookSecret: word(
      'BOT_ALERT_WEBHOOK_SECRET',
      /^[\x21-\x7e]{16,512}$/,
      '16 to 512 visible characters without blanks',
    ),
    telegramToken: word(
      'BOT_ALERT_TELEGRAM_TOKEN',
      /^\d{1,20}:[\w-]{20,128}$/,
      'a token as BotFather gives it',
    ),
    discordUrl: address('BOT_ALERT_DISCORD_URL'),
    heartbeatUrl: address('BOT_ALERT_HEARTBEAT_URL'),
  };
  return problems.length > 0 ? err(problems) : ok(secrets);
}
