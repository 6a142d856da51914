import type { LoadedConfig } from './load.js';
import type { Meta } from './schema/setting.js';
import { metaOf, type SettingKey, sections, settingKeys } from './schema.js';
import { secretBaseNames } from './secret-names.js';

/** Texts made from the schema: pages, JSON Schema, tables. Pure. */

const cell = (text: string): string => text.replaceAll('|', '\\|');
const code = (text: string): string => (text === '' ? '' : `\`${cell(text)}\``);

function hotWord(meta: Meta): string {
  if (!meta.hot) return 'restart';
  if (meta.riskCap === 'max') return 'hot when lowered';
  return meta.riskCap === 'min' ? 'hot when raised' : 'hot';
}

function docRow(key: SettingKey): string {
  const meta = metaOf(key);
  const where = meta.environmentOnly === true ? ' Environment only.' : '';
  const meaning = `${meta.description} Must be ${meta.allowed}.${where}`;
  const name = meta.environmentOnly === true ? '' : code(key);
  return `| ${code(meta.env)} | ${name} | ${code(meta.default)} | ${cell(meta.unit)} | ${hotWord(meta)} | ${cell(meaning)} |`;
}

const intro = `# Configuration

<!-- Made from the schema in src/config; \`node dist/main.js config docs --write\` makes it again. -->

Settings come in four layers, each over the one before: defaults, the file \`config.jsonc\`, the environment, command
line flags. \`node dist/main.js config\` prints every setting with its value and where that came from. An unknown name
is an error, in the environment as in the file, and all problems are reported at once; the exit code is 3.

In the file, settings have the names of the second column, and comments and trailing commas are allowed:

\`\`\`jsonc
{
  "$schema": "./config.schema.json",
  "minEdgePct": 0.1, // ten cents per $1 contract
  "maxDailyLoss": 250
}
\`\`\`

Numbers are plain decimals: no exponents, no hex, no thousands separators. Amounts are dollars with at most six
decimals and are read digit by digit.

A saved file takes effect within a second for settings marked *hot*. One that is invalid changes nothing and is
reported. Settings marked *restart* wait for the next start, and say so. Risk caps tighten at once; loosening one
waits for a restart.
`;

const secretsDoc = `
## Secrets

Secrets are not settings: they are read once from the environment or from files, never from \`config.jsonc\`, and never
printed, recorded or logged.

| environment | meaning |
|---|---|
| \`KALSHI_API_KEY_ID\` | Id of the exchange API key. |
| \`KALSHI_PRIVATE_KEY_PATH\` | File with its private key: PEM, RSA of at least 2048 bits (PKCS#1 or PKCS#8) or Ed25519. Keep it at mode 600. |
| \`KALSHI_PRIVATE_KEY_PEM\` | The key itself. Accepted with a warning, and removed from the environment once read. |
| \`ANTHROPIC_API_KEY\` | Key of the Messages API. |
| \`SPORTS_INJURY_API_KEY\` | Key of the injury feed, sent to its address in \`BOT_SPORTS_INJURY_KEY_HEADER\`. |
| \`BOT_ALERT_WEBHOOK_URL\` | Alerts are posted here as JSON. This address and the next ones are https, or http on loopback. |
| \`BOT_ALERT_WEBHOOK_SECRET\` | Signs them: HMAC-SHA256 of the body in \`x-evt-signature\`. |
| \`BOT_ALERT_TELEGRAM_TOKEN\` | Token of the Telegram bot that writes alerts to \`BOT_ALERT_TELEGRAM_CHAT\`. |
| \`BOT_ALERT_DISCORD_URL\` | Address of a Discord webhook, which is all it takes to write there. |
| \`BOT_ALERT_HEARTBEAT_URL\` | Asked every minute while the engine takes inputs in. |

${secretBaseNames.map((name) => `\`${name}_FILE\``).join(', ')} name files that hold the same.
A missing, unreadable or unusable key ends with exit code 4.
`;

/** `docs/configuration.md`. */
export function renderConfigurationDoc(): string {
  const parts = sections.map(
    ({ title, keys }) =>
      `\n## ${title}\n\n| environment | in the file | default | unit | takes effect | meaning |\n|---|---|---|---|---|---|\n${keys.map(docRow).join('\n')}\n`,
  );
  return `${intro}${parts.join('')}${secretsDoc}`;
}

/** A default as the file would hold it, so that an editor can insert it. */
function fileDefault(meta: Meta): unknown {
  if (meta.optional && meta.default === '') return null;
  if (meta.fileKinds.includes('boolean')) return meta.default === 'true';
  const number = meta.fileSchema['type'] === 'number' || meta.fileSchema['type'] === 'integer';
  return number ? Number(meta.default) : meta.default;
}

function fileProperty(key: SettingKey): Record<string, unknown> {
  const meta = metaOf(key);
  return {
    description: `${meta.description} Must be ${meta.allowed}.`,
    ...meta.fileSchema,
    ...(meta.optional && meta.default === '' ? {} : { default: fileDefault(meta) }),
    env: meta.env,
    unit: meta.unit,
    hot: meta.hot,
    ...(meta.riskCap === undefined ? {} : { riskCap: meta.riskCap }),
  };
}

/** `config.schema.json`: what an editor needs to complete and check `config.jsonc`. */
export function renderSchemaJson(): string {
  const inFile = settingKeys.filter((key) => metaOf(key).environmentOnly !== true);
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'EventTradingBot settings',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      ...Object.fromEntries(inFile.map((key) => [key, fileProperty(key)])),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

export type SettingRow = {
  readonly key: SettingKey;
  readonly env: string;
  readonly default: string;
  readonly value: string;
  readonly origin: string;
  readonly hot: boolean;
  readonly unit: string;
  readonly description: string;
};

/** Every setting with its value and origin, in reading order; values are spelt as in the environment. */
export const settingRows = (loaded: LoadedConfig): readonly SettingRow[] =>
  settingKeys.map((key) => {
    const meta = metaOf(key);
    return {
      key,
      env: meta.env,
      default: meta.default,
      value: loaded.texts[key],
      origin: loaded.origins[key],
      hot: meta.hot,
      unit: meta.unit,
      description: meta.description,
    };
  });

const envWidth = Math.max(...settingKeys.map((key) => metaOf(key).env.length));
const valueWidth = 31;
const amountWidth = valueWidth + 2 + Math.max(...settingKeys.map((key) => metaOf(key).unit.length));

/** For a terminal: grouped by section, each setting with value, unit and origin. */
export function renderTable(loaded: LoadedConfig): string {
  const rows = new Map(settingRows(loaded).map((row) => [row.key, row]));
  const lines: string[] = [];
  for (const { title, keys } of sections) {
    lines.push('', title);
    for (const key of keys) {
      const row = rows.get(key);
      if (row === undefined) continue;
      // On one line, as JSON may be on several.
      const value = row.value === '' ? '(not set)' : row.value.replace(/\p{C}+/gu, ' ');
      // Addresses, which are long, have no unit: they take its column, too.
      const amount = `${value.padEnd(valueWidth)}  ${row.unit}`.trimEnd();
      const columns = [row.env.padEnd(envWidth), amount.padEnd(amountWidth), row.origin];
      lines.push(`  ${columns.join('  ')}`);
    }
  }
  return `${lines.slice(1).join('\n')}\n`;
}
