/** Secrets by the names of the environment. Each may also be given as NAME_FILE, a file that holds it. */
export const secretBaseNames = [
  'KALSHI_API_KEY_ID',
  'KALSHI_PRIVATE_KEY_PEM',
  'ANTHROPIC_API_KEY',
  'SPORTS_INJURY_API_KEY',
  'BOT_ALERT_WEBHOOK_URL',
  'BOT_ALERT_WEBHOOK_SECRET',
  'BOT_ALERT_TELEGRAM_TOKEN',
  'BOT_ALERT_DISCORD_URL',
  'BOT_ALERT_HEARTBEAT_URL',
] as const;

/** Every name of the environment that is about a secret. */
export const secretNames: readonly string[] = [
  ...secretBaseNames,
  ...secretBaseNames.map((name) => `${name}_FILE`),
  'KALSHI_PRIVATE_KEY_PATH',
];
