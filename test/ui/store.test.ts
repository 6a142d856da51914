// Goal: the page knows what it was told, how old that is, and that it is no more than so much.
import { beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.js';
import type { Header, LogRow, ReplayBar } from '../../src/messages/dashboard.js';
import { emptyState } from '../../src/messages/dashboard-patch.js';
import { agesOf, troubleOf } from '../../src/ui/ages.js';
import { noDecision, noOrder } from '../../src/ui/empty.js';
import { hasEnded, isHeld, modeOf, stateText } from '../../src/ui/mode.js';
import * as store from '../../src/ui/store.js';
import { command, ledgerCommand } from '../../src/ui/terminal.js';

const header: Header = {
  source: 'live',
  mode: 'paper',
  venue: 'kalshi',
  environment: 'production',
  account: 'main',
  run: 1,
  version: '0.1.0',
  state: 'running',
  holds: [],
  at: 1_000_000,
  speed: 60,
  feedAgeMs: 400,
  scanAgeMs: null,
  accountAgeMs: null,
  feedStaleMs: 15_000,
  scanStaleMs: 80_000,
  accountStaleMs: 7_510_000,
  feedState: 'up',
  gaps: 0,
  settingsRevision: 'abc',
  settingsChanges: 0,
  cycle: 1,
  windowEndsAt: null,
};
const bar: ReplayBar = {
  from: 0,
  to: 9,
  at: 3,
  speed: 1,
  isPlaying: true,
  isOver: false,
  sought: 0,
  isSeeking: false,
};
const line = (n: number): LogRow => ({
  n,
  at: 0,
  level: 'info',
  code: 'code',
  text: '',
  ticker: null,
  decisionId: null,
});

beforeEach(() => {
  store.stream.value = { kind: 'connecting' };
  store.heardAt.value = null;
  store.hear({ event: 'snapshot', data: emptyState }, 0);
});

describe('the store', () => {
  it('is what the snapshot said, then what the patches changed', () => {
    const rows = { ...emptyState.rows, log: { 1: line(1) } };
    store.hear({ event: 'snapshot', data: { sections: { header }, rows } }, 5);
    const before = store.header.value;
    store.hear({ event: 'patch', data: { rows: { log: { 1: null, 2: line(2) } } } }, 9);
    expect(store.log.value.map(({ n }) => n)).toEqual([2]);
    expect(store.header.value).toBe(before);
    expect([store.heardAt.value, store.headerAt.value]).toEqual([9, 5]);
    expect(store.stream.value).toEqual({ kind: 'open' });
  });

  it('forgets with a new snapshot', () => {
    store.hear({ event: 'patch', data: { rows: { log: { 1: line(1) } } } }, 1);
    store.hear({ event: 'snapshot', data: emptyState }, 2);
    expect(store.log.value).toEqual([]);
  });

  it('keeps the rows that came last', () => {
    const log = Object.fromEntries([1, 2, 3, 4].map((n) => [n, line(n)]));
    const state = { ...emptyState, rows: { ...emptyState.rows, log } };
    expect(Object.keys(store.bounded(state, 3).rows.log)).toEqual(['2', '3', '4']);
    expect(store.bounded(state, 4)).toBe(state);
    expect(Object.keys(log)).toHaveLength(4);
  });

  it('says since when it has heard nothing, once', () => {
    store.hear({ event: 'patch', data: {} }, 7);
    store.lose(20);
    store.lose(30);
    expect(store.stream.value).toEqual({ kind: 'lost', since: 7 });
  });
});

describe('an age', () => {
  it('grows while nothing is said, and is stale past its bound', () => {
    expect(store.grown(400, 1_000, 1_500, 15_000)).toEqual({ ms: 900, isStale: false });
    expect(store.grown(400, 1_000, 16_000, 15_000)).toEqual({ ms: 15_400, isStale: true });
    expect(store.grown(null, 1_000, 16_000, 15_000)).toEqual({ ms: null, isStale: false });
    expect(store.grown(Number.NaN, 0, 0, 15_000).isStale).toBe(true);
    expect(store.grown(400, 1_000, 16_000, null)).toEqual({ ms: 15_400, isStale: false });
    // The reader's clock was set back.
    expect(store.grown(400, 1_000, 0, 15_000).ms).toBe(400);
  });

  it('is red once the engine itself would call it stale, and stands where nothing runs', () => {
    const staleOf = (fields: Partial<Header>, now = 1_000): readonly string[] =>
      Object.entries(agesOf({ ...header, ...fields }, 1_000, now)).flatMap(([name, { isStale }]) =>
        isStale ? [name] : [],
      );
    const old = { feedAgeMs: 15_001, scanAgeMs: 80_001, accountAgeMs: 7_510_001 };
    expect(staleOf(old)).toEqual(['feed', 'scan', 'account']);
    expect(staleOf({ feedAgeMs: 15_000, scanAgeMs: 80_000, accountAgeMs: 7_510_000 })).toEqual([]);
    expect(staleOf({ scanAgeMs: 79_000, feedAgeMs: null }, 2_001)).toEqual(['scan']);
    expect(staleOf({ scanAgeMs: 79_000, source: 'replay' }, 99_000)).toEqual([]);
    expect(staleOf({ feedAgeMs: null, scanAgeMs: null, accountAgeMs: null }, 99_000)).toEqual([]);
  });

  it('is told beside the state once the engine goes by what is too old', () => {
    const trouble = (fields: Partial<Header>) => troubleOf({ ...header, ...fields }, 1_000, 1_000);
    expect(trouble({})).toBeNull();
    expect(trouble({ feedState: 'down' })).toBe('feed down');
    expect(trouble({ feedAgeMs: 15_001, scanAgeMs: 80_001 })).toBe('feed stale');
    expect(trouble({ scanAgeMs: 80_001 })).toBe('scan stale');
    expect(trouble({ accountAgeMs: 7_510_001 })).toBe('account stale');
    expect(trouble({ feedState: 'down', source: 'replay' })).toBeNull();
    expect(trouble({ feedState: 'down', state: 'stopped' })).toBeNull();
  });

  it('of market time goes at its speed, and stands where nothing runs', () => {
    expect(store.marketNow(header, 0, 1_000)).toBe(1_060_000);
    expect(store.marketNow({ ...header, state: 'stopped' }, 0, 1_000)).toBe(1_000_000);
    expect(store.marketNow({ ...header, source: 'replay' }, 0, 1_000)).toBe(1_000_000);
    expect(store.marketNow(undefined, 0, 1_000)).toBeNull();
    // Whoever hears nothing knows of no later moment.
    expect(store.marketNow(header, 0, 9_000, 1_000)).toBe(1_060_000);
    expect(store.marketNow(header, 2_000, 9_000, 1_000)).toBe(1_000_000);
  });

  it('of silence counts for an engine that runs, and for nothing else', () => {
    const late = limits.pageSilentMs + 1;
    expect(store.silentSince(header, 0, late)).toBe(0);
    expect(store.silentSince(header, 0, limits.pageSilentMs)).toBeNull();
    expect(store.silentSince({ ...header, source: 'finished' }, 0, late)).toBeNull();
    expect(store.silentSince({ ...header, state: 'stopped' }, 0, late)).toBeNull();
    expect(store.silentSince(undefined, 0, late)).toBeNull();
  });
});

describe('the mode', () => {
  const rows: readonly (readonly [Partial<Header>, string])[] = [
    [{}, 'PAPER'],
    [{ mode: 'live' }, 'LIVE'],
    [{ mode: 'live', environment: 'demo' }, 'DEMO'],
    [{ mode: 'live', environment: 'loopback' }, 'DEMO'],
    [{ mode: 'live', venue: 'paper_sim' }, 'DEMO'],
    [{ mode: 'live', source: 'replay' }, 'REPLAY'],
  ];
  for (const [fields, text] of rows)
    it(`is ${text} for ${JSON.stringify(fields)}`, () => {
      expect(modeOf({ ...header, ...fields }).text).toBe(text);
    });
  it('says what holds it', () => {
    expect(isHeld(header)).toBe(false);
    expect(isHeld({ ...header, state: 'halted' })).toBe(true);
    expect(isHeld({ ...header, holds: [{ cause: 'disk', level: 'halt', why: '' }] })).toBe(true);
    expect(stateText(header, false)).toBe('running');
    expect(stateText({ ...header, source: 'finished' }, true)).toBe('finished run');
    expect(stateText({ ...header, source: 'replay' }, false, bar)).toBe('was running');
    const atEnd = { ...bar, isOver: true };
    expect(stateText({ ...header, source: 'replay' }, false, atEnd)).toContain('end');
  });
  it('says of an engine that is not heard what it was, and of one that has ended what it is', () => {
    expect(stateText(header, true)).toBe('was running');
    const ended = { ...header, state: 'stopped' } as const;
    expect(stateText(ended, true)).toBe('stopped');
    expect([header, ended].map(hasEnded)).toEqual([false, true]);
    expect(hasEnded({ ...ended, source: 'replay' })).toBe(false);
  });
});

describe('a command', () => {
  const told = (ledger: string | null): void => {
    const terminal = { program: 'bot', engine: ' --set X=1', ledger };
    store.hear({ event: 'patch', data: { sections: { terminal } } }, 0);
  };
  it('is whole, and none where no ledger is shown', () => {
    told(' --home here');
    expect(command('pause')).toBe('bot pause --set X=1');
    expect(ledgerCommand('why ID')).toBe('bot why ID --home here');
    told(null);
    expect(ledgerCommand('why ID')).toBeNull();
  });
});

describe('an empty table', () => {
  it('says why it is empty, and not what is over', () => {
    expect(noDecision({ ...header, cycle: 0 })).toContain('the first window is cut');
    expect(noDecision({ ...header, cycle: 3 })).toContain('up to window 3');
    expect(noDecision({ ...header, cycle: 3 })).not.toContain('first window');
    expect(noDecision({ ...header, source: 'finished', cycle: 0 })).not.toContain('yet');
  });

  it('points at decisions where there are some', () => {
    expect(noOrder(0)).not.toContain('above');
    expect(noOrder(1)).toContain('Decisions above');
  });
});
