// Goal: the page of scenarios has every one of the catalogue, and nothing on it is only said.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultNames } from './simulation/faults.mjs';

const counts = { O: 16, B: 13, T: 6, D: 11, P: 9, R: 6, N: 7, C: 2, L: 3 };
const ids = Object.entries(counts).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, at) => `${letter}${at + 1}`),
);
const rows = [
  ...readFileSync('docs/scenarios.md', 'utf8').matchAll(/^\| ([A-Z]\d+) \| (.+) \| (.+) \|$/gm),
].map(([, id = '', what = '', shown = '']) => ({
  id,
  what,
  shown,
  names: [...shown.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
}));

describe('docs/scenarios.md', () => {
  it('has every scenario of the catalogue once, in order', () => {
    expect(rows.map(({ id }) => id)).toEqual(ids);
  });

  it('names faults and files that are there', () => {
    const wrong = rows.flatMap(({ id, names }) =>
      names
        .filter((name) => !(name.includes('/') ? existsSync(name) : faultNames.includes(name)))
        .map((name) => `${id}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('says why where nothing is named', () => {
    for (const { id, shown, names } of rows)
      if (names.length === 0) expect(shown, id).toMatch(/^none: .{20,}/);
  });

  it('leaves out no kind of fault', () => {
    const named = new Set(rows.flatMap(({ names }) => names));
    expect(faultNames.length).toBeGreaterThan(40);
    expect(faultNames.filter((name) => !named.has(name))).toEqual([]);
  });
});
