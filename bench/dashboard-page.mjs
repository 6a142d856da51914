// A day's replay in the page: 144 windows of 250 decisions each, patched faster than the server ever does, in a real browser.
// `node bench/dashboard-page.mjs [PATCHES_PER_SECOND]`. Prints one line of JSON; the page's memory has to stay below 150 MB and
// its picture above 30 frames a second.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { servePage } from './page-server.mjs';
import { toldDay } from './page-stream.mjs';

const perSecond = Number(process.argv[2] ?? 20);
const windows = 144;
const patchesPerWindow = 10;
const megabyte = 1_048_576;

const day = toldDay({ windows, patchesPerWindow });
let patches = 0;
let over = () => {};
const isOver = new Promise((done) => {
  over = done;
});
const page = await servePage(fileURLToPath(new URL('../dist/ui', import.meta.url)), {
  onStream: (tell, response) => {
    const timer = setInterval(() => {
      const { value, done } = day.next();
      if (done) {
        clearInterval(timer);
        over();
        return;
      }
      tell(value);
      patches += 1;
    }, 1_000 / perSecond);
    response.on('close', () => clearInterval(timer));
  },
});

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-precise-memory-info'],
});
const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
const complaints = [];
tab.on('console', (message) => complaints.push(message.text()));
tab.on('pageerror', (error) => complaints.push(String(error)));
await tab.goto(page.url);
await tab.evaluate(`(() => {
  window.frames_ = [];
  let from = performance.now();
  let drawn = 0;
  const frame = (now) => {
    drawn += 1;
    if (now - from >= 1000) {
      window.frames_.push(drawn * 1000 / (now - from));
      from = now;
      drawn = 0;
    }
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()`);

const shell = await browser.newBrowserCDPSession();
/** What the process of the page has for itself, as Linux counts it. */
const privateBytes = async () => {
  const { processInfo } = await shell.send('SystemInfo.getProcessInfo');
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => readFileSync(`/proc/${id}/smaps_rollup`, 'utf8'))
    .map((text) => [...text.matchAll(/^Private_\w+:\s+(\d+) kB/gm)])
    .map((rows) => rows.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1_024, 0));
  return Math.max(...sizes);
};
const heaps = [];
const privates = [];
const look = async () => {
  heaps.push(await tab.evaluate('performance.memory.usedJSHeapSize'));
  privates.push(await privateBytes());
};
const looking = setInterval(() => void look(), 1_000);
await isOver;
clearInterval(looking);
await look();
const frames = (await tab.evaluate('window.frames_')).sort((a, b) => a - b);
const devtools = await tab.context().newCDPSession(tab);
await devtools.send('HeapProfiler.collectGarbage');
const kept = await tab.evaluate('performance.memory.usedJSHeapSize');
const rows = await tab.evaluate(`document.querySelectorAll('tbody tr').length`);
await browser.close();
await page.close();

const at = (share) => frames[Math.floor((frames.length - 1) * share)];
const result = {
  patches,
  patchesPerSecond: perSecond,
  decisions: windows * 250,
  heapMaxMb: Math.max(...heaps) / megabyte,
  heapKeptMb: kept / megabyte,
  processPrivateMaxMb: Math.max(...privates) / megabyte,
  framesPerSecond: { min: frames[0], p5: at(0.05), median: at(0.5) },
  rowsInDocument: rows,
  complaints,
};
process.stdout.write(
  `${JSON.stringify(result, (_, value) => (typeof value === 'number' ? Math.round(value * 10) / 10 : value))}\n`,
);
// The slowest twentieth is what a hitch is; a second in which the machine was busy elsewhere is not.
const isGood = result.heapMaxMb < 150 && result.framesPerSecond.p5 > 30 && complaints.length === 0;
process.exitCode = isGood ? 0 : 1;
