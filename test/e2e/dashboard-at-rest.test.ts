// Goal: what is over can be looked at as what runs: a ledger at rest and a recording are opened in a browser, and the recording
// goes where it is told, by mouse and by keyboard, with the numbers of that moment.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeFor, tokensIn } from '../../src/dashboard/tokens.js';
import { type Line, linesOf as recorded } from '../support/altered-recording.js';
import { barriers } from '../support/axe.js';
import { chromiumHere } from '../support/opened-page.js';
import {
  cleanUp,
  type Env,
  jsonOf,
  type LedgerLine,
  ledgerExport,
  newFolder,
  type Running,
  run,
  start,
  until,
} from './support.js';

const complaints: string[] = [];
let env: Env;
let recording: string;
let home: string;
let ledger: readonly LedgerLine[];
/** When each input of the recording came. */
let inputs: readonly number[];
let browser: Browser;
let served: Running;
let page: Page;

beforeAll(async () => {
  env = { BOT_DATA_DIR: newFolder() };
  const few = ['--set', 'scanMaxMarkets=150', '--set', 'valuationBatchSize=4'];
  const [demo, opened] = await Promise.all([
    run(['demo', '--cycles', '2', ...few, '--json', '--no-ui'], env),
    chromiumHere(),
  ]);
  browser = opened;
  expect(demo.code, demo.err).toBe(0);
  recording = String(jsonOf(demo.out)['recording']);
  home = recording.replace(/\/recordings.*/, '');
  ledger = await ledgerExport(home);
  inputs = recorded(recording, '').map((line) => (JSON.parse(line) as Line).at);
});
afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

/** The page of a path, with times in UTC. */
async function open(path: string, ...more: readonly string[]): Promise<void> {
  served = start(['dashboard', path, '--port', '0', ...more], env);
  await until('it says where it is', () => /dashboard http/.test(served.out()), {
    log: served.err,
  });
  const tokens = tokensIn(env['BOT_DATA_DIR'] ?? '');
  if (!tokens.ok) throw new Error(tokens.error);
  const [address = ''] = /http\S+/.exec(served.out()) ?? [];
  const code = codeFor(tokens.value.full, Date.now() + 60_000);
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    timezoneId: 'UTC',
  });
  page = await context.newPage();
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(`${address}#code=${code}`);
}

async function close(): Promise<void> {
  await page.context().close();
  served.child.kill('SIGINT');
  expect((await served.ended).code, served.err()).toBe(0);
}

const textOf = async (selector: string): Promise<string> =>
  (await page.textContent(selector)) ?? '';

/** Windows that were valued and fees that were paid by then, as the ledger has them and as the page writes them. */
function figuresAt(at: number): readonly string[] {
  const past = ledger.filter((line) => line.at <= at).map(({ body }) => body);
  const fees = past.reduce((sum, { fee }) => sum + Number(fee ?? 0), 0);
  const windows = past.filter(({ kind }) => kind === 'cycle').length;
  return [String(windows), `$${(fees / 1_000_000).toFixed(2)} fees paid`];
}
const figures = async (): Promise<readonly string[]> => {
  const told = page.locator('.vitals div', { hasText: /^window/ }).locator('dd');
  const paid = page.locator('.tile', { hasText: 'fees paid' }).locator('small');
  const window = (await told.textContent())?.split(',')[0] ?? '';
  return [window, (await paid.textContent()) ?? ''];
};
const areFigures = async (at: number): Promise<boolean> =>
  (await figures()).join() === figuresAt(at).join();
const position = async (): Promise<number> => Date.parse(`${await textOf('.position')}Z`);

it('a ledger at rest is a page that says so, and shows nothing it cannot know', async () => {
  await open(home);
  await page.waitForSelector('#decisions tbody tr');
  expect(await textOf('.state')).toBe('finished run');
  expect(await figures()).toEqual(figuresAt(Number.POSITIVE_INFINITY));
  for (const gone of ['.replay-bar', '.controls', '#limits', '#log', 'a[href="/control"]'])
    expect(await page.locator(gone).count(), gone).toBe(0);
  // What markets are called is in no ledger: it is in the chains that were kept.
  await until(
    'titles are read',
    async () => !(await textOf('#decisions td.name')).startsWith('KX'),
  );
  // Under the chart stands its last point where none is pointed at.
  expect(await textOf('.u-legend')).toMatch(/^At2026-11-23 \d\d:\d\d:\d\dmarked\$[\d,.]+start/);
  await page.selectOption('[aria-label=Verdict]', 'taken');
  await page.click('#decisions tbody button.link');
  await page.waitForSelector('dialog.drawer .step');
  expect(await barriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await barriers(page)).toEqual([]);
  await close();
  expect(complaints).toEqual([]);
});

const button = (name: string) => page.getByRole('button', { name, exact: true });
const slider = () => page.getByRole('slider', { name: 'Position' });

/** Held, where it was sent: at the last input up to that moment, however long none came before it, with what was so then. */
async function standsAt(sought: number): Promise<void> {
  const at = inputs.findLast((each) => each <= sought) ?? 0;
  let seen = '';
  await until(
    `it stands at ${at}`,
    async () => {
      const [where, shown] = [await textOf('.where'), await position()];
      seen = `${where}, at ${shown}, ${(await figures()).join()}; it was ${figuresAt(at).join()}`;
      // The page tells whole seconds.
      return !where.startsWith('on the way') && shown === at - (at % 1_000) && areFigures(at);
    },
    { log: () => seen },
  );
}

it('a recording goes where it is told, by mouse and by keyboard, with the numbers of that moment', async () => {
  // So slow that it is not over before anything is asked of it.
  await open(recording, '--speed', '0.2');
  await page.waitForSelector('.replay-bar');
  expect(await textOf('.pill')).toBe('REPLAY');
  const first = await position();
  await until('it plays', async () => (await position()) > first);
  await button('Pause').click();
  await button('Play').waitFor();
  const held = await position();
  await page.waitForTimeout(600);
  expect(await position()).toBe(held);

  const bound = async (name: 'min' | 'max'): Promise<number> =>
    Number(await slider().getAttribute(name));
  const [from, to] = [await bound('min'), await bound('max')];
  const box = await slider().boundingBox();
  if (box === null) throw new Error('no slider');
  const clickAt = (part: number): Promise<void> =>
    page.mouse.click(box.x + box.width * part, box.y + box.height / 2);
  const sliderAt = async (): Promise<number> => Number(await slider().inputValue());
  await clickAt(0.8);
  const far = await sliderAt();
  expect((far - from) / (to - from)).toBeCloseTo(0.8, 1);
  await standsAt(far);
  expect(await figures()).not.toEqual(figuresAt(from));
  expect(await slider().getAttribute('aria-valuetext')).toBe(await textOf('.position'));

  // Backwards, a step at a time and then to the start.
  await slider().focus();
  for (const key of ['ArrowLeft', 'ArrowLeft', 'PageDown']) await page.keyboard.press(key);
  const back = await sliderAt();
  expect(back).toBeLessThan(far);
  await standsAt(back);
  await page.keyboard.press('Home');
  await standsAt(from);
  expect(await barriers(page)).toEqual([]);

  // Speed and play by keyboard; then its end, and once more.
  await page.getByLabel('Speed').selectOption('0');
  await button('Play').focus();
  await page.keyboard.press('Space');
  await button('Play again').waitFor();
  expect(await textOf('.state')).toBe('at the end of the recording');
  await until('all of it is there', () => areFigures(Number.POSITIVE_INFINITY));
  expect(await textOf('.where')).toBe('at its end');
  await page.getByLabel('Speed').selectOption('1');
  await button('Play again').focus();
  await page.keyboard.press('Enter');
  await button('Pause').waitFor();
  await until('it is at the start', async () => (await position()) < (from + to) / 2);
  await close();
  expect(complaints).toEqual([]);
});
