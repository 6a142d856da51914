import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { homeFor } from '../../src/commands/ledger-home.js';
import { ledgerPath } from '../../src/sinks/ledger/ledger.js';

// Goal: whoever has seen a demo finds its ledger, and is told how.
describe('the ledger that a command reads', () => {
  let dataDir: string;
  let said: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'ledger-home-'));
    said = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += String(text);
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(dataDir, { recursive: true });
  });
  const ask = (more: { readonly demo?: true; readonly home?: string } = {}) =>
    homeFor({ set: { dataDir }, ...more });
  const make = (...path: readonly string[]): string => {
    const home = join(dataDir, ...path);
    mkdirSync(dirname(ledgerPath(home)), { recursive: true });
    writeFileSync(ledgerPath(home), '');
    return home;
  };

  it('is the one that the settings select; where there is none yet, a demo is pointed at', () => {
    expect(ask()).toBe(3);
    expect(said).toMatch(/there is no ledger yet\n$/);
    make('demo', '1-seed7');
    expect(ask()).toBe(3);
    expect(said).toMatch(/there is no ledger yet; --demo reads the latest demo's\n$/);
    const own = make('paper-demo-main');
    expect(ask()).toBe(own);
  });

  it('is the latest demo’s if asked for, or the one that is named', () => {
    expect(ask({ demo: true })).toBe(2);
    expect(said).toContain('there is no demo yet');
    const first = make('demo', '9-seed7');
    const latest = make('demo', '10-seed7');
    make('paper-demo-main');
    expect(ask({ demo: true })).toBe(latest);
    expect(ask({ demo: true, home: first })).toBe(first);
  });
});
