// Draws the pictures of the docs. `node scripts/screenshot.mjs HOME`: docs/tearsheet.png, of a demo that has ended.
// `node scripts/screenshot.mjs dashboard`: docs/dashboard.png and docs/dashboard-dark.png, of a demo that it starts.

import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const main = resolve('dist/main.js');
/** Windows the demo has had: enough for a curve, for positions and for some that have settled. */
const windowsMin = 12;

const [what] = process.argv.slice(2);
if (what === undefined) {
  process.stderr.write('usage: node scripts/screenshot.mjs HOME | dashboard\n');
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'screenshot-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
await (what === 'dashboard' ? drawDashboard() : drawTearsheet(what));
await browser.close();
rmSync(folder, { recursive: true });

async function drawTearsheet(home) {
  const page = join(folder, 'page.html');
  execFileSync(process.execPath, [main, 'tearsheet', '--home', home, '--out', page]);
  const tab = await browser.newPage({
    viewport: { width: 1120, height: 1000 },
    colorScheme: 'light',
  });
  await tab.goto(pathToFileURL(page).href);
  await tab.screenshot({ path: 'docs/tearsheet.png' });
}

async function drawDashboard() {
  const env = { PATH: process.env.PATH, BOT_UI_PORT: '0', BOT_DATA_DIR: join(folder, 'var') };
  const demo = spawn(process.execPath, [main, 'demo', '--speed', '120'], { cwd: folder, env });
  const ended = new Promise((done) => demo.once('close', done));
  const early = ended.then(() => {
    throw new Error('the demo ended before its picture was taken');
  });
  const isOpen = new Promise((done) => {
    let out = '';
    demo.stdout.on('data', (data) => {
      out += data;
      if (out.includes('\ndashboard ')) done();
    });
  });
  try {
    await Promise.race([isOpen.then(() => drawDemo(env)), early]);
  } finally {
    early.catch(() => undefined);
    demo.kill('SIGINT');
    await ended;
  }
}

async function drawDemo(env) {
  const link = execFileSync(process.execPath, [main, 'dashboard', '--demo'], { cwd: folder, env });
  const [address] = /http\S+/.exec(link.toString());
  const tab = await browser.newPage({ viewport: { width: 1440, height: 1180 } });
  await tab.goto(address);
  await tab.waitForSelector('.vitals');
  const windowsDone = async () =>
    Number(/window(\d+)/.exec(await tab.textContent('.vitals'))?.[1] ?? 0);
  while ((await windowsDone()) < windowsMin) await tab.waitForTimeout(1_000);
  for (const [colorScheme, path] of [
    ['light', 'docs/dashboard.png'],
    ['dark', 'docs/dashboard-dark.png'],
  ]) {
    await tab.emulateMedia({ colorScheme });
    await tab.waitForTimeout(500);
    await tab.screenshot({ path });
  }
}
