// Goal: recorded settings are taken as they are, filled up where they are older, and refused where they mean nothing today.
import { describe, expect, it } from 'vitest';
import { recordedSettings } from '../../src/config/recorded.js';
import { loaded } from './helpers.js';

const settings = loaded().settings;
const plain = (): Record<string, unknown> =>
  JSON.parse(JSON.stringify(settings)) as Record<string, unknown>;

describe('recorded settings', () => {
  it('come back as they were', () => {
    expect(recordedSettings(plain())).toEqual({ ok: true, value: { settings, added: [] } });
    const hashed = { ...plain(), liveConfirm: 'ab'.repeat(32), watchList: ['BTC', 'ETH'] };
    const taken = recordedSettings(hashed);
    expect(taken.ok && taken.value.settings).toMatchObject(hashed);
  });

  it('have the defaults of settings that came later, and say so', () => {
    const { recordingRequired: _, ...older } = plain();
    expect(recordedSettings(older)).toEqual({
      ok: true,
      value: { settings, added: ['recordingRequired'] },
    });
  });

  it.each([
    ['a value out of range', { minEdgePct: 7 }, 'minEdgePct is "7": must be a decimal number'],
    ['another type', { minEdgePct: '0.08' }, 'minEdgePct'],
    ['an object for a number', { scanMaxMarkets: {} }, 'scanMaxMarkets'],
    ['nothing for a flag', { orderGroups: null }, 'orderGroups'],
    ['a setting that is gone', { minEdge: 1 }, 'this build has no setting "minEdge"'],
    ['what does not go together', { minFractionPerTrade: 0.9 }, 'must not exceed'],
  ])('are refused by name: %s', (_, change, says) => {
    const taken = recordedSettings({ ...plain(), ...change });
    expect(taken.ok).toBe(false);
    if (!taken.ok) expect(taken.error.map(({ message }) => message).join()).toContain(says);
  });

  it('are refused when they are none at all', () => {
    for (const none of [null, 7, 'x', undefined]) expect(recordedSettings(none).ok).toBe(false);
  });
});
