// Goal: the page of codes has every code that the program can show, and no other.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stableCodes } from './support/stable-codes.js';

const page = readFileSync('docs/errors.md', 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)];
const written = rows.map(([, code]) => code ?? '').filter((code) => !/^\d$/.test(code));

describe('docs/errors.md', () => {
  const codes = stableCodes('src');

  it('has every code of the source', () => {
    // A collector that finds nothing would find nothing missing.
    expect(codes.size).toBeGreaterThan(200);
    for (const code of ['operator', 'edge_gone', 'commit_failed', 'timeout', 'latched_*', 'no_key'])
      expect([...codes.keys()]).toContain(code);
    const missing = [...codes].filter(([code]) => !written.includes(code));
    expect(missing.map(([code, where]) => `${code}: ${where.join()}`)).toEqual([]);
  });

  it('has no code that is gone, and none twice', () => {
    expect(written.length).toBeGreaterThan(200);
    expect(written.filter((code) => !codes.has(code))).toEqual([]);
    expect(written.filter((code, at) => written.indexOf(code) !== at)).toEqual([]);
  });

  it('says of each what it means', () => {
    for (const [, code, cells] of rows)
      expect(cells?.split('|')[0]?.trim().length, code).toBeGreaterThan(10);
  });

  it('has the exit codes that the README has', () => {
    const [, list = ''] =
      /^Exit codes: ([\s\S]*?)\.$/m.exec(readFileSync('README.md', 'utf8')) ?? [];
    const documented = [...list.matchAll(/(\d) [a-z]/g)].map(([, code]) => code);
    const own = rows.map(([, code]) => code ?? '').filter((code) => /^\d$/.test(code));
    expect(own).toEqual(documented);
    expect(own).toHaveLength(8);
  });

  it('links to runbooks that are there', () => {
    const links = new Set([...page.matchAll(/\]\((runbooks\/[a-z-]+\.md)\)/g)].map(([, to]) => to));
    expect(links.size).toBe(4);
    for (const link of links) expect(readFileSync(`docs/${link}`, 'utf8')).toMatch(/^# /);
  });
});
