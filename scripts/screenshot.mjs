// Draws docs/tearsheet.png, the README's picture: `node scripts/screenshot.mjs HOME`, the home of a demo that has ended.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [home] = process.argv.slice(2);
if (home === undefined) {
  process.stderr.write('usage: node scripts/screenshot.mjs HOME\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'screenshot-'));
const page = join(folder, 'page.html');
execFileSync(process.execPath, ['dist/main.js', 'tearsheet', '--home', home, '--out', page]);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const tab = await browser.newPage({
  viewport: { width: 1120, height: 1000 },
  colorScheme: 'light',
});
await tab.goto(pathToFileURL(page).href);
await tab.screenshot({ path: 'docs/tearsheet.png' });
await browser.close();
rmSync(folder, { recursive: true });
