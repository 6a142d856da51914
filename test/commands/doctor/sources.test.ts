// Goal: a model that cannot be used is found before money waits for it, and a source that is down is only a warning.
import { describe, expect, it } from 'vitest';
import { type SourcePorts, sourceChecks } from '../../../src/commands/doctor/sources.js';
import type { Outcome } from '../../../src/messages/effect.js';
import { loaded } from '../../config/helpers.js';
import { rowOf, told } from './helpers.js';

const entry = (status: number, lifecycle = 'active'): Outcome => ({
  kind: 'http',
  status,
  path: '/',
  body: JSON.stringify({ id: 'claude-haiku-5-5', lifecycle }),
});
const sound: SourcePorts = {
  settings: loaded().settings,
  realNow: () => Date.UTC(2026, 10, 26),
  model: () => Promise.resolve(entry(200)),
  addresses: {
    noaa: 'https://noaa.test/path?key=hunter2',
    nbm: null,
    injuries: 'https://feed.test/a?token=hunter2',
    crypto: null,
  },
  silence: () => Promise.resolve(null),
};
const look = async (code: string, change: Partial<SourcePorts>) =>
  told(await rowOf(sourceChecks({ ...sound, ...change }), code));
const model = (outcome: Outcome) => ({ model: () => Promise.resolve(outcome) });

describe('the sources', () => {
  it.each<readonly [string, Partial<SourcePorts>, RegExp]>([
    ['claude_model', {}, /^pass 0: claude-haiku-5-5/],
    ['claude_model', { model: null }, /^not_checked 0/],
    ['claude_model', model(entry(401)), /^fail 1: .*ANTHROPIC_API_KEY/],
    ['claude_model', model(entry(404)), /^fail 1: .*CLAUDE_MODEL/],
    ['claude_model', model(entry(200, 'retired')), /^fail 1: .*retired/],
    ['claude_model', model(entry(200, 'deprecated')), /^warn 0: .*deprecated/],
    ['claude_model', model(entry(503)), /^warn 0/],
    [
      'claude_model',
      { settings: { ...sound.settings, claudeModel: 'claude-unheard-of' } },
      /^fail 1: the price of claude-unheard-of/,
    ],
    ['sources_reachable', {}, /^pass 0: noaa\.test, feed\.test$/],
    [
      'sources_reachable',
      { silence: (url) => Promise.resolve(url.includes('feed') ? 'timeout' : null) },
      /^warn 0: no answer from https:\/\/feed\.test \(timeout\):/,
    ],
    [
      'sources_reachable',
      { addresses: { noaa: null, nbm: null, injuries: null, crypto: null } },
      /^not_checked 0/,
    ],
  ])('%s %#', async (code, change, says) => {
    const row = await look(code, change);
    expect(row).toMatch(says);
    expect(row).not.toContain('hunter2');
  });
});
