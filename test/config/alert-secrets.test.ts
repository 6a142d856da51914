// Goal: what it takes to tell people is read whole or refused by name, never by its text, and is scrubbed like any secret.
import { describe, expect, it } from 'vitest';
import { scrubber } from '../../src/config/scrub.js';
import { loadSecrets, type SecretEnviron } from '../../src/config/secrets.js';

const good = {
  BOT_ALERT_WEBHOOK_URL: 'https://hooks.example.com/services/T0/B0/canary',
  BOT_ALERT_WEBHOOK_SECRET: 'canary-of-sixteen',
  BOT_ALERT_TELEGRAM_TOKEN: '4711:canary_0123456789abcdef',
  BOT_ALERT_DISCORD_URL: 'https://discord.com/api/webhooks/1/canary',
  BOT_ALERT_HEARTBEAT_URL: 'http://127.0.0.1:8080/canary',
};
const refused = (env: SecretEnviron): readonly string[] => {
  const loaded = loadSecrets(env);
  return loaded.ok ? [] : loaded.error.map(({ message }) => message);
};

describe('what it takes to tell people', () => {
  it('is read, and absent when it is not set', () => {
    const loaded = loadSecrets({ ...good });
    expect(loaded.ok && loaded.value.secrets.alerts).toEqual({
      webhookUrl: good.BOT_ALERT_WEBHOOK_URL,
      webhookSecret: good.BOT_ALERT_WEBHOOK_SECRET,
      telegramToken: good.BOT_ALERT_TELEGRAM_TOKEN,
      discordUrl: good.BOT_ALERT_DISCORD_URL,
      heartbeatUrl: good.BOT_ALERT_HEARTBEAT_URL,
    });
    const none = loadSecrets({ BOT_ALERT_WEBHOOK_URL: '' });
    expect(none.ok && Object.values(none.value.secrets.alerts)).toEqual(Array(5).fill(null));
  });

  it.each([
    ['BOT_ALERT_WEBHOOK_URL', 'http://hooks.example.com/canary'],
    ['BOT_ALERT_WEBHOOK_URL', 'https://user:canary@hooks.example.com/'],
    ['BOT_ALERT_DISCORD_URL', 'canary'],
    ['BOT_ALERT_HEARTBEAT_URL', 'file:///canary'],
    ['BOT_ALERT_WEBHOOK_SECRET', 'canary'],
    ['BOT_ALERT_WEBHOOK_SECRET', 'canary with blanks in it'],
    ['BOT_ALERT_TELEGRAM_TOKEN', 'canary'],
    ['BOT_ALERT_TELEGRAM_TOKEN', '4711:canary/../0123456789abcdef'],
    ['BOT_ALERT_TELEGRAM_TOKEN_FILE', '/no/such/canary'],
  ])('%s is refused as %s, by its name alone', (name, value) => {
    const messages = refused({ [name]: value });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(`${name}: `);
    expect(messages[0]).not.toContain('canary');
  });

  it('everything that is wrong is said at once', () => {
    const bad = Object.fromEntries(Object.keys(good).map((name) => [name, 'x']));
    expect(refused(bad)).toHaveLength(5);
  });

  it('no text keeps a secret', () => {
    const loaded = loadSecrets({ ...good, ANTHROPIC_API_KEY: 'sk-canary' });
    if (!loaded.ok) throw new Error('refused');
    const { secrets } = loaded.value;
    const text = scrubber(secrets)(`of ${Object.values(good).join(' and ')} and sk-canary here`);
    expect(text).toBe(`of ${Array(6).fill('[redacted]').join(' and ')} here`);
    expect(`${String(secrets)} ${JSON.stringify({ secrets })}`).not.toContain('canary');
  });
});
