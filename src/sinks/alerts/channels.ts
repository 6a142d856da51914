import { createHmac } from 'node:crypto';
import { type AlertMessage, footer, headline } from './message.js';

/** Where people are told, as configured. Addresses and keys in it are secrets. */
export type ChannelsConfig = {
  readonly webhook: { readonly url: string; readonly secret: string | null } | null;
  readonly telegram: {
    readonly token: string;
    readonly chat: string;
    readonly base: string;
  } | null;
  readonly discord: { readonly url: string } | null;
};

export type ChannelName = 'webhook' | 'telegram' | 'discord';

/** A request that tells one message. */
export type Post = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export type Channel = {
  readonly name: ChannelName;
  readonly post: (message: AlertMessage) => Post;
};

const json = { 'content-type': 'application/json' };

/** Telegram reads nothing as markup without a `parse_mode`; what others wrote is told to be code, so no link is made of it. */
function telegramBody(chat: string, message: AlertMessage): string {
  const head = `${headline(message)}\n`;
  const { detail } = message;
  return JSON.stringify({
    chat_id: chat,
    text: `${head}${detail}\n${footer(message)}`,
    // Counted in UTF-16 units, as strings are here.
    entities: detail === '' ? [] : [{ type: 'code', offset: head.length, length: detail.length }],
    link_preview_options: { is_disabled: true },
  });
}

/** Discord reads markdown: what others wrote stands in code, in which a backtick is the only thing that is read. */
const discordBody = (message: AlertMessage): string =>
  JSON.stringify({
    content: `**${headline(message)}**\n\`\`\`\n${message.detail.replaceAll('`', 'ˋ')}\n\`\`\`\n${footer(message)}`,
    allowed_mentions: { parse: [] },
    flags: suppressEmbeds,
  });
const suppressEmbeds = 4;

/** The receiver computes the same over the bytes it got and compares; the time in the body bounds how old it may be. */
const signatureOf = (secret: string, body: string): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

export function channelsOf({ webhook, telegram, discord }: ChannelsConfig): readonly Channel[] {
  const channels: Channel[] = [];
  if (webhook !== null)
    channels.push({
      name: 'webhook',
      post: (message) => {
        const body = JSON.stringify({ schemaVersion: 1, ...message });
        const { url, secret } = webhook;
        const signed = secret === null ? {} : { 'x-evt-signature': signatureOf(secret, body) };
        return { url, headers: { ...json, ...signed }, body };
      },
    });
  if (telegram !== null)
    channels.push({
      name: 'telegram',
      post: (message) => ({
        url: `${telegram.base}/bot${telegram.token}/sendMessage`,
        headers: json,
        body: telegramBody(telegram.chat, message),
      }),
    });
  if (discord !== null)
    channels.push({
      name: 'discord',
      post: (message) => ({ url: discord.url, headers: json, body: discordBody(message) }),
    });
  return channels;
}
