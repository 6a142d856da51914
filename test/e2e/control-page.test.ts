// Goal: one page, opened from a disk or beside an engine. From a disk it makes texts and asks nobody; beside an engine it changes
// what is hot, tightens caps, and says of everything else how a person does it. Everybody can read and use it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { settingsCatalog } from '../../src/dashboard/settings/catalog.js';
import { emptyDraft, withArgument, withValue } from '../../src/ui/control/draft.js';
import { commandLine, configText } from '../../src/ui/control/texts.js';
import { barriers } from '../support/axe.js';
import { cleanUp, linesOf, newFolder, start, textOf, until } from './support.js';
import { startVenue } from './venue.js';

const panel = pathToFileURL(resolve('dist/control_panel.html')).href;
const desk = { width: 1280, height: 900 };
const phone = { width: 360, height: 760 };

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

type Opened = { readonly page: Page; readonly said: string[]; readonly asked: string[] };

/** `said`: what the page complains about; `asked`: every address it wanted something of, but the documents'. */
async function opened(context: BrowserContext, url: string): Promise<Opened> {
  const page = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('request', (request) => {
    if (!request.isNavigationRequest()) asked.push(request.url());
  });
  await page.goto(url);
  await page.waitForSelector('#page > *');
  return { page, said, asked };
}

/** In light; in dark what colours can do; and whether it is wider than a phone. */
async function barriersEverywhere(page: Page): Promise<readonly string[]> {
  const inLight = await barriers(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const inDark = await barriers(page, { runOnly: ['color-contrast'] });
  await page.setViewportSize(phone);
  const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  await page.setViewportSize(desk);
  return [...inLight, ...inDark, ...(over > 0 ? [`${over} px too wide for a phone`] : [])];
}

it('from a disk it makes the texts, keeps them, and asks nobody for anything', async () => {
  const context = await browser.newContext({
    viewport: desk,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const { page, said, asked } = await opened(context, panel);
  const field = (env: string) => page.locator(`#field-${env}`);
  const textIn = async (id: string) => (await page.textContent(id)) ?? '';
  const catalog = settingsCatalog();
  const about = (env: string) => catalog.settings.filter((one) => one.env === env);

  await page.check('input[value=replay]');
  await page.fill('#argument-path', "var/it's");
  await page.check('input[value=paper]');
  expect(await field('BOT_EXECUTION_MODE').isDisabled()).toBe(true);
  let draft = emptyDraft;
  for (const [env, text] of [
    ['BOT_KELLY_FRACTION', '0.1'],
    ['BOT_WATCH_LIST', 'a "b", $c'],
    ['BOT_MAX_DAILY_LOSS', '250'],
  ] as const) {
    await field(env).fill(text);
    for (const one of about(env)) draft = withValue(draft, one, text);
  }
  await field('BOT_ENFORCE_EVENT_MUTEX').selectOption('false');
  for (const one of about('BOT_ENFORCE_EVENT_MUTEX')) draft = withValue(draft, one, 'false');
  expect(await textIn('#command')).toBe(commandLine(draft, catalog));
  expect(await textIn('#file')).toBe(configText(draft, catalog));
  await page.click('[aria-label="Copy config.jsonc"]');
  await until('it is copied', async () =>
    (await textIn('[aria-labelledby=file-title]')).includes('copied'),
  );
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(configText(draft, catalog));

  await field('BOT_KELLY_FRACTION').fill('7');
  expect(await textIn('#field-BOT_KELLY_FRACTION-note')).toMatch(
    /^Must be a decimal number from 0 to 1/,
  );
  expect(await page.isDisabled('[aria-label="Copy Command line"]')).toBe(true);
  await field('BOT_KELLY_FRACTION').fill('0.1');

  await page.reload();
  await page.waitForSelector('#command');
  expect(await textIn('#command')).toBe(commandLine(draft, catalog));
  await page.check('input[value=replay]');
  draft = withArgument({ ...draft, preset: 'replay' }, 'path', "var/it's");
  expect(await textIn('#command')).toBe(commandLine(draft, catalog));

  await page.fill('#search', 'kelly');
  expect(await page.locator('.field').count()).toBe(
    catalog.settings.filter((one) => /kelly/i.test(`${one.env} ${one.description}`)).length,
  );
  await page.fill('#search', '');
  expect(await page.locator('.field').count()).toBe(
    catalog.settings.filter(({ sensitive }) => !sensitive).length,
  );
  expect(await barriersEverywhere(page)).toEqual([]);
  expect([said, asked]).toEqual([[], []]);
  await context.close();
});

type Cycle = {
  readonly window: { readonly to: number };
  readonly result: {
    readonly verdicts: readonly {
      readonly threshold: number;
      readonly taken: boolean;
      readonly reason: string;
    }[];
  };
};

it('beside an engine it changes what is hot, tightens caps, and loosens none', async () => {
  const venue = await startVenue({ speed: 60, args: ['--markets', '300'] });
  const cwd = newFolder();
  const file = join(cwd, 'config.jsonc');
  writeFileSync(
    file,
    '{\n  // Mine.\n  "cycleSeconds": 120, // two minutes\n  "maxDailyLoss": 400\n}\n',
  );
  const dataDir = newFolder();
  const env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_UI_PORT: '0', BOT_FEE_BPS: '14' };
  const engine = start(['run'], env, { cwd });
  const address = await until(
    'the dashboard',
    () => /dashboard (http\S+)/.exec(engine.out())?.[1],
    { log: () => engine.out() + engine.err() },
  );
  const token = readFileSync(join(dataDir, 'dashboard.token'), 'utf8').trim();
  const context = await browser.newContext({ viewport: desk });
  const { page, said } = await opened(context, address);
  await page.fill('#token', token);
  await page.click('button[type=submit]');
  await page.waitForSelector('.vitals');
  await page.click('a[href="/control"]');
  await page.waitForSelector('.side-head');

  const home = join(dataDir, 'live-loopback-main');
  const cycles = join(dataDir, 'cycles');
  const came = async (): Promise<string> => (await page.textContent('.came')) ?? '';
  const apply = async (expected: RegExp): Promise<string> => {
    await page.click('.apply');
    return until(String(expected), async () => expected.exec(await came())?.input, {
      log: () => engine.out() + engine.err(),
    });
  };
  /** Market time at which the engine took the last change of this setting. */
  const takenAt = (key: string): number =>
    linesOf(textOf(join(home, 'logs', 'engine.log')))
      .map(
        (line) =>
          JSON.parse(line) as { readonly code?: string; readonly msg: string; readonly at: number },
      )
      .filter(({ code, msg }) => code === 'settings_changed' && msg.includes(key))
      .at(-1)?.at ?? Number.NaN;
  const cyclesAfter = (at: number): readonly Cycle[] =>
    (existsSync(cycles) ? readdirSync(cycles) : [])
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => JSON.parse(textOf(join(cycles, name))) as Cycle)
      .filter(({ window }) => window.to > at);
  await until('it trades', () => textOf(join(home, 'logs', 'engine.log')).includes('reconciled'));

  // What is hot is used in the next window, and the page says which settings those are.
  await page.fill('#field-BOT_MISPRICING_THRESHOLD', '0.09');
  await apply(/In force now:BOT_MISPRICING_THRESHOLD0\.08 → 0\.09/);
  expect(textOf(file)).toBe(
    '{\n  // Mine.\n  "cycleSeconds": 120, // two minutes\n  "maxDailyLoss": 400,\n  "mispricingThreshold": 0.09\n}\n',
  );
  const changed = await until('a window with it', () =>
    cyclesAfter(takenAt('mispricingThreshold')).at(0),
  );
  expect(new Set(changed.result.verdicts.map(({ threshold }) => threshold))).toEqual(
    new Set([0.09]),
  );
  const revision = await page.textContent('.side-head code');

  // A cap acts when it is tightened.
  await page.fill('#field-BOT_MAX_TRADES_PER_CYCLE', '0');
  await apply(/In force now:BOT_MAX_TRADES_PER_CYCLE5 → 0/);
  const capped = () =>
    cyclesAfter(takenAt('maxTradesPerCycle')).flatMap(({ result }) => result.verdicts);
  // Not every window has something that it would trade.
  await until('a refusal by the cap', () =>
    capped().some(({ reason }) => reason === 'trades_per_cycle'),
  );
  expect(capped().filter(({ taken }) => taken)).toEqual([]);
  await until(
    'the file’s other revision',
    async () => (await page.textContent('.side-head code')) !== revision,
  );

  // What is no cap and holds trading back goes one way; by hand it takes no restart.
  await page.fill('#field-BOT_MIN_EDGE_PCT', '0');
  expect(await page.textContent('#field-BOT_MIN_EDGE_PCT-note')).toBe(
    'From a page it can only be raised. It keeps small edges from being traded. To do it, put "minEdgePct": 0, into the file.',
  );
  expect(await page.textContent('.by-hand')).toMatch(/Put this into \S+config\.jsonc\./);
  await page.click('text=Clear');
  await page.fill('#field-BOT_VALUATION_MARKETS', '200');
  await apply(/In force now:BOT_VALUATION_MARKETS250 → 200/);

  // Loosening, going live and what another layer says: not from here, and how it is done.
  await page.fill('#field-BOT_MAX_DAILY_LOSS', '900');
  expect(await page.textContent('#field-BOT_MAX_DAILY_LOSS-note')).toMatch(
    /never loosened from a page/,
  );
  expect(await page.textContent('#lines')).toBe('"maxDailyLoss": 900,');
  expect(await page.locator('.apply').count()).toBe(0);
  expect(await page.isDisabled('#field-BOT_FEE_BPS')).toBe(true);
  expect(await page.textContent('.field:has(#field-BOT_FEE_BPS)')).toMatch(
    /Set by the environment/,
  );
  await page.click('text=Clear');

  // Taking back is a change like another: of the cap it would loosen it, and the server has the last word.
  await page.click('[aria-label="Take back change 2"]');
  await until('a refusal', async () => /Not applied: .*never loosen it/.test(await came()));
  await page.click('[aria-label="Take back change 3"]');
  await until('it is taken back', async () =>
    /In force now:BOT_VALUATION_MARKETS200 → 250/.test(await came()),
  );

  // Somebody was faster: what the page has read is no longer what the file says.
  await page.fill('#field-BOT_MAX_DAILY_LOSS', '300');
  const read = await page.evaluate<string>("fetch('/api/settings').then((reply) => reply.text())");
  await page.route('**/api/settings', (route) =>
    route.request().method() === 'GET'
      ? route.fulfill({ contentType: 'application/json', body: read })
      : route.continue(),
  );
  writeFileSync(file, textOf(file).replace('"maxDailyLoss": 400', '"maxDailyLoss": 350'));
  await page.click('.apply');
  await until('somebody was faster', async () =>
    /Not applied: somebody has changed/.test(await came()),
  );
  await page.unroute('**/api/settings');
  await until('it reads again', async () =>
    (await page.textContent('.history'))?.includes('400 → 350'),
  );
  await apply(/In force now:BOT_MAX_DAILY_LOSS350 → 300/);
  expect(textOf(file)).toContain('"maxDailyLoss": 300');
  await until('history', async () => (await page.textContent('.history'))?.includes('350 → 300'));

  expect(await barriersEverywhere(page)).toEqual([]);
  const inForce = (await page.textContent('.side-head code')) ?? 'none';
  await page.click('a[href="/"]');
  await until('the dashboard has it', async () =>
    (await page.textContent('.vitals'))?.includes(inForce),
  );
  expect(said.filter((line) => !/status of (401|409|422)/.test(line))).toEqual([]);
  await context.close();
  engine.child.kill('SIGINT');
  expect((await engine.ended).code, engine.err()).toBe(0);
});
