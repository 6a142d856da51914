import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  commandOf,
  demoHomeOf,
  homeOf,
  liveProblems,
  settingsAtHome,
} from '../../src/config/modes.js';
import { exitCodeOf } from '../../src/config/problems.js';
import { Secrets } from '../../src/config/secrets.js';
import { loaded } from './helpers.js';

const noSecrets = new Secrets(null, null, null);

const keyId = 'canary-key-id';
const key = generateKeyPairSync('ed25519').privateKey;
const signed = new Secrets(keyId, key, null);
const loopback = {
  KALSHI_API_BASE_URL: 'http://127.0.0.1:1',
  KALSHI_WS_URL: 'ws://127.0.0.1:1/trade-api/ws/v2',
};
const live = { BOT_EXECUTION_MODE: 'live' };
const allow = { BOT_ALLOW_HEURISTIC_IN_LIVE: 'true' };
const confirmed = { BOT_LIVE_CONFIRM: keyId };

describe('live mode', () => {
  const heuristic = { heuristicOnly: true };
  const ready = { heuristicOnly: false };
  const table = [
    ['paper, nothing', {}, noSecrets, heuristic, []],
    ['loopback', { ...live, ...loopback, ...allow }, signed, heuristic, []],
    [
      'loopback without a key',
      { ...live, ...loopback, ...allow },
      noSecrets,
      heuristic,
      ['key_missing'],
    ],
    [
      'loopback, heuristic only',
      { ...live, ...loopback },
      signed,
      heuristic,
      ['live_heuristic_only'],
    ],
    ['confirmed, on the heuristic', { ...live, ...allow, ...confirmed }, signed, heuristic, []],
    ['unconfirmed', live, signed, ready, ['live_unconfirmed']],
    [
      'another key confirmed',
      { ...live, BOT_LIVE_CONFIRM: 'x' },
      signed,
      ready,
      ['live_unconfirmed'],
    ],
    ['all there', { ...live, ...confirmed }, signed, ready, []],
    [
      'nothing there',
      live,
      noSecrets,
      heuristic,
      ['key_missing', 'live_heuristic_only', 'live_unconfirmed'],
    ],
  ] as const;
  it.each(table)('%s', (_name, env, secrets, readiness, codes) => {
    const found = liveProblems(loaded({ env }).settings, secrets, readiness);
    expect(found.map((problem) => problem.code)).toEqual(codes);
    expect(JSON.stringify(found)).not.toContain(keyId);
    if (found.length > 0)
      expect(exitCodeOf(found)).toBe(codes.every((code) => code === 'key_missing') ? 4 : 3);
  });

  it('keeps the confirmed key id only as a hash', () => {
    expect(JSON.stringify(loaded({ env: confirmed }))).not.toContain(keyId);
    expect(loaded({ env: confirmed }).texts.liveConfirm).toBe('[redacted]');
  });
});

describe('homes', () => {
  it.each([
    [{}, 'var/paper-demo-main'],
    [{ ...live, ...loopback, BOT_DATA_DIR: '/d', BOT_ACCOUNT: 'two' }, '/d/live-loopback-two'],
    [
      {
        KALSHI_API_BASE_URL: 'https://external-api.kalshi.com',
        KALSHI_WS_URL: 'wss://external-api-ws.kalshi.com/trade-api/ws/v2',
      },
      'var/paper-production-main',
    ],
  ])('of %j is %s', (env, home) => {
    expect(homeOf(loaded({ env }).settings)).toBe(home);
  });

  it('of a demo run is numbered, and its files follow unless they are set', () => {
    const config = loaded({ env: { BOT_SEED: '9', BOT_JOURNAL_PATH: '/j' } });
    const home = demoHomeOf(config.settings, 3);
    expect(home).toBe('var/demo/3-seed9');
    const moved = settingsAtHome(config, home);
    expect([moved.statePath, moved.cycleArtifactsDir, moved.journalPath]).toEqual([
      'var/demo/3-seed9/state/runtime_state.json',
      'var/demo/3-seed9/cycles',
      '/j',
    ]);
  });
});

describe('the command', () => {
  const once = { command: 'run', once: true };
  const continuous = { command: 'run', once: false };
  it.each([
    [{}, undefined, continuous],
    [{ BOT_RUN_ONCE: 'true' }, undefined, once],
    [{ BOT_RUN_ONCE: '1' }, 'run', once],
    [{ BOT_RUN_ONCE: 'false', BOT_RUN_SUMMARY_ONLY: 'true' }, undefined, { command: 'summary' }],
    [{ BOT_RUN_REPLAY: 'true' }, undefined, { command: 'synthetic_replay' }],
    [{ BOT_RUN_SMOKE_TEST: 'true' }, undefined, { command: 'smoke_test' }],
    [{ BOT_RUN_ONCE: 'true' }, 'config', { command: 'named', name: 'config' }],
  ])('of %j with %j typed', (env, typed, choice) => {
    expect(commandOf(env, typed)).toEqual({ ok: true, value: choice });
  });

  it.each([
    [{ BOT_RUN_ONCE: 'true', BOT_RUN_REPLAY: 'true' }, undefined],
    [{ BOT_RUN_SUMMARY_ONLY: 'true' }, 'run'],
  ])('refuses two at once: %j with %j typed', (env, typed) => {
    const choice = commandOf(env, typed);
    expect(choice.ok ? 0 : exitCodeOf([choice.error])).toBe(2);
  });
});
