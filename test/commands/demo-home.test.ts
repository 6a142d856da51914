import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextDemoHome } from '../../src/commands/demo-home.js';
import { demoHomeOf } from '../../src/config/modes.js';
import { loaded } from '../config/helpers.js';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'demo-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const settings = (seed = '7') => loaded({ flags: { dataDir, seed } }).settings;
const next = (seed?: string): string => nextDemoHome(settings(seed), demoHomeOf);
const made = (name: string): void => {
  mkdirSync(join(dataDir, 'demo', name, 'ledger'), { recursive: true });
  writeFileSync(join(dataDir, 'demo', name, 'ledger', 'data.mdb'), 'x');
};
const names = (): readonly string[] => readdirSync(join(dataDir, 'demo')).sort();

describe('the directory of a demo run', () => {
  it('is the first of its kind on a machine without any, and makes nothing by itself', () => {
    expect(next()).toBe(join(dataDir, 'demo', '1-seed7'));
    expect(existsSync(join(dataDir, 'demo'))).toBe(false);
  });

  it('is numbered after the highest there is, whatever its seed', () => {
    made('1-seed7');
    made('3-seed9');
    expect(next('5')).toBe(join(dataDir, 'demo', '4-seed5'));
  });

  it('is numbered by value, not by spelling', () => {
    for (const run of [8, 9, 10]) made(`${run}-seed7`);
    expect(next()).toBe(join(dataDir, 'demo', '11-seed7'));
  });

  it('does not count a run that was deleted in between', () => {
    made('1-seed7');
    made('5-seed7');
    expect(next()).toBe(join(dataDir, 'demo', '6-seed7'));
  });
});

describe('old runs', () => {
  it('are deleted with all that is in them, so that with the new one five are there', () => {
    for (const run of [1, 2, 3, 4, 5, 10, 11]) made(`${run}-seed7`);
    const home = next();
    expect(names()).toEqual(['10-seed7', '11-seed7', '4-seed7', '5-seed7']);
    expect(home).toBe(join(dataDir, 'demo', '12-seed7'));
    made('12-seed7');
    next();
    expect(names()).toEqual(['10-seed7', '11-seed7', '12-seed7', '5-seed7']);
  });

  it('stay while there are no more than four', () => {
    for (const run of [1, 2, 3, 4]) made(`${run}-seed7`);
    next();
    expect(names()).toHaveLength(4);
  });

  it('are all that is deleted: anything else in the folder is somebody’s', () => {
    for (const run of [1, 2, 3, 4, 5, 6]) made(`${run}-seed7`);
    const others = ['notes', 'x-seed7', 'old-1-seed7', '7', '-8-seed7', '1e3-seed7', '99-seedling'];
    for (const name of others) made(name);
    next();
    expect(names()).toEqual(expect.arrayContaining(others));
    expect(next()).toBe(join(dataDir, 'demo', '7-seed7'));
  });
});
