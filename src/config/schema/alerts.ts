import { parseTelegramAddress } from '../addresses.js';
import { fraction, optionalText, text, whole } from './kinds.js';
import { decoded, refused } from './setting.js';

const chat = {
  allowed: 'a chat id, or @ and the name of a channel',
  check: (value: string) =>
    /^(?:-?\d{1,20}|@[A-Za-z]\w{3,31})$/.test(value) ? decoded(value) : refused(),
};

const telegram = {
  allowed: 'https://api.telegram.org, or http:// on loopback',
  check: (value: string) => {
    const address = parseTelegramAddress(value);
    return address.ok ? decoded(address.value) : refused();
  },
};

/** When people are told, and where. Addresses that are secret are no settings. */
export const alerts = {
  alertTelegramChat: optionalText(
    {
      env: 'BOT_ALERT_TELEGRAM_CHAT',
      unit: '',
      default: '',
      description: 'Chat that the bot of BOT_ALERT_TELEGRAM_TOKEN writes to.',
      hot: false,
    },
    chat,
  ),
  alertTelegramBaseUrl: text(
    {
      env: 'BOT_ALERT_TELEGRAM_BASE_URL',
      unit: '',
      default: 'https://api.telegram.org',
      description: 'Where Telegram is asked; a server of your own on loopback will do.',
      hot: false,
    },
    telegram,
  ),
  alertCapShare: fraction(
    {
      env: 'BOT_ALERT_CAP_SHARE',
      unit: 'share of the cap',
      default: '0.8',
      description: 'The daily loss, and what Claude spends in a day, are told from here on.',
      hot: true,
    },
    { min: '0.1', max: '1' },
  ),
  alertUnknownSeconds: whole(
    {
      env: 'BOT_ALERT_UNKNOWN_SECONDS',
      unit: 's',
      default: '30',
      description: 'An order that has been unknown for so long is told.',
      hot: true,
    },
    { min: '0', max: '86400' },
  ),
  alertFeedSeconds: whole(
    {
      env: 'BOT_ALERT_FEED_SECONDS',
      unit: 's',
      default: '60',
      description: 'A live feed that has been silent for so long is told.',
      hot: true,
    },
    { min: '15', max: '86400' },
  ),
  alertRepeatMinutes: whole(
    {
      env: 'BOT_ALERT_REPEAT_MINUTES',
      unit: 'minutes',
      default: '60',
      description: 'What still fires is told again so often; 0: once.',
      hot: true,
    },
    { min: '0', max: '10080' },
  ),
};
