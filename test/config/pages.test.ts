import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { generatedFiles, registerConfig } from '../../src/commands/config.js';
import { metaOf, settingKeys } from '../../src/config/schema.js';

describe('the generated pages', () => {
  it.each(generatedFiles)('$path is what the schema says', ({ path, render }) => {
    const committed = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    // Out of date? `node dist/main.js config docs --write` makes it again.
    expect(committed).toBe(render());
  });

  it('name every setting', () => {
    const texts = generatedFiles.map(({ render }) => render());
    for (const key of settingKeys) {
      expect(texts[0]).toContain(`\`${metaOf(key).env}\``);
      if (metaOf(key).environmentOnly !== true) expect(texts[1]).toContain(`"${key}"`);
    }
  });
});

describe('the config command', () => {
  let out = '';
  let errors = '';
  let folder = '';
  beforeEach(() => {
    out = '';
    errors = '';
    folder = mkdtempSync(join(tmpdir(), 'config-command-'));
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      out += String(text);
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      errors += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
    process.exitCode = undefined;
  });
  const type = (...words: string[]): unknown => {
    const program = new Command().exitOverride();
    registerConfig(program);
    program.parse(['config', ...words], { from: 'user' });
    return process.exitCode;
  };

  it('prints every setting on one line of JSON, as the environment spells it', () => {
    vi.stubEnv('BOT_MIN_EDGE_PCT', '0.10');
    vi.stubEnv('BOT_LIVE_CONFIRM', 'canary');
    const path = join(folder, 'config.jsonc');
    writeFileSync(path, '{"maxDailyLoss": 250.50}');
    expect(type('--json', '--config', path, '--set', 'seed=7')).toBe(0);
    expect(out.endsWith('\n') && !out.slice(0, -1).includes('\n')).toBe(true);
    expect(out).not.toContain('canary');
    const { schemaVersion, settings } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    expect(settings).toHaveLength(settingKeys.length);
    const row = (name: string) => settings.find((found: { key: string }) => found.key === name);
    expect(row('minEdgePct')).toMatchObject({
      env: 'BOT_MIN_EDGE_PCT',
      default: '0.08',
      value: '0.10',
      origin: 'env',
      hot: true,
    });
    expect(row('maxDailyLoss')).toMatchObject({ value: '250.50', origin: 'file', unit: '$' });
    expect(row('seed')).toMatchObject({ value: '7', origin: 'flag', hot: false });
    expect(row('bankroll')).toMatchObject({ value: '10000', origin: 'default' });
  });

  it('prints a table for people', () => {
    expect(type()).toBe(0);
    for (const key of settingKeys) expect(out).toContain(metaOf(key).env);
    expect(out).toContain('\nRisk\n');
  });

  it('ends with 3 and one line a problem', () => {
    vi.stubEnv('BOT_BANKROLL', 'x');
    const missing = join(folder, 'missing.jsonc');
    expect(type('--json', '--config', missing)).toBe(3);
    expect(out).toBe('');
    expect(errors.trim().split('\n')).toEqual([
      `${missing}: does not exist`,
      'environment: BOT_BANKROLL is "x": must be an amount in dollars from 1 to 1000000000',
    ]);
  });

  it('prints the JSON Schema', () => {
    type('schema');
    expect(JSON.parse(out)).toMatchObject({ additionalProperties: false });
  });
});
