// Goal: a tearsheet opens in a browser that has no network: nothing is asked for, nothing is complained about, the curves are
// drawn in both colour schemes, and a phone need not scroll sideways. A stranger's words stay words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartLibrary } from '../../src/commands/chart-library.js';
import { figuresOf } from '../../src/report/figures.js';
import { type TearsheetSource, tearsheetOf } from '../../src/report/tearsheet.js';
import { chromiumHere, openedPage } from '../support/opened-page.js';
import { traded } from '../support/traded-ledger.js';

const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';
const { records } = traded();
const figures = figuresOf(records, 'UTC');
if (figures === null) throw new Error('no records');
const source: TearsheetSource = {
  title: hostile,
  figures,
  notes: [hostile],
  tables: [
    { title: 'Estimates', lead: '', head: ['fills', hostile], rows: [['pessimistic', '$1']] },
  ],
  library: chartLibrary(),
};
const page = tearsheetOf(source);

const folder = mkdtempSync(join(tmpdir(), 'tearsheet-'));
const path = join(folder, 'page.html');
let browser: Browser;

beforeAll(async () => {
  writeFileSync(path, page);
  browser = await chromiumHere();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

describe('the page', () => {
  for (const [name, width, scheme, background] of [
    ['on a desk, light', 1200, 'light', 'rgb(255, 255, 255)'],
    ['on a desk, dark', 1200, 'dark', 'rgb(18, 21, 25)'],
    ['on a phone', 360, 'light', 'rgb(255, 255, 255)'],
  ] as const)
    it(`opens without network or complaint ${name}`, async () => {
      const { said, asked, seen } = await openedPage(browser, path, {
        width,
        colorScheme: scheme,
      });
      expect(said).toEqual([]);
      expect(asked).toEqual([]);
      expect(seen.width).toBe(width);
      expect(seen.background).toBe(background);
      // On a phone a wide table may be moved in its place; the page itself never.
      if (width > 360) expect(seen.cut).toBe(0);
      expect(seen.ink).toHaveLength(2);
      for (const ink of seen.ink) expect(ink).toBeGreaterThan(500);
      expect(seen.title).toBe(hostile);
      expect(seen.plots).toBeGreaterThan(3);
      // The data, and the one script.
      expect(seen.scripts).toBe(2);
    });

  it('is the same bytes from the same records', () => {
    const again = figuresOf(records, 'UTC');
    if (again === null) throw new Error('no records');
    // Compared outside of `expect`, which would print both.
    expect(tearsheetOf({ ...source, figures: again }) === page).toBe(true);
  });
});
