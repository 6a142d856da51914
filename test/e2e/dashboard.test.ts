// Goal: somebody opens the page beside an engine that trades and can trust it: numbers move, a decision shows its chain with the
// sums that `why` prints, stopping takes a second and survives a restart, a lost engine is not a quiet market. In both colour
// schemes and on a phone it can be read and used by everybody, and strangers' words stay words.
import { resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { servePage } from '../../bench/page-server.mjs';
import { toldDay } from '../../bench/page-stream.mjs';
import { limits } from '../../src/limits.js';
import type { Told } from '../../src/messages/dashboard.js';
import type { ChainSum, DecisionChain } from '../../src/messages/decision-chain.js';
import { barriers } from '../support/axe.js';
import { hostileChain, hostileTexts, hostileWords } from '../support/hostile-chain.js';
import { cleanUp, jsonOf, newFolder, type Running, run, start, until } from './support.js';
import { startVenue, type Venue } from './venue.js';

const desk = { width: 1440, height: 900 };
const phone = { width: 360, height: 760 };
const complaints: string[] = [];
/** A browser says, too, that a server is gone. */
let isGone = false;

let venue: Venue;
let env: Readonly<Record<string, string>>;
let engine: Running;
let address: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;

const dashboardOf = ({ out, err }: Running): Promise<string> =>
  until('the dashboard says where it is', () => /dashboard (http\S+)/.exec(out())?.[1], {
    log: () => out() + err(),
  });

beforeAll(async () => {
  venue = await startVenue({ args: ['--markets', '120'] });
  env = { ...venue.env, BOT_DATA_DIR: newFolder(), BOT_UI_PORT: '0' };
  engine = start(['run'], env);
  address = await dashboardOf(engine);
  const link = await run(['dashboard'], env);
  expect(link.code, link.err).toBe(0);
  const [opening = ''] = /http\S+/.exec(link.out) ?? [];

  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  context = await browser.newContext({ viewport: desk, colorScheme: 'light' });
  page = await opened(context, opening);
});
afterAll(async () => {
  await browser?.close();
  await cleanUp();
});

async function opened(where: BrowserContext, url: string): Promise<Page> {
  const tab = await where.newPage();
  tab.on('console', (message) => {
    const isOfLoss = isGone && message.text().startsWith('Failed to load resource: net::');
    if (!isOfLoss) complaints.push(message.text());
  });
  tab.on('pageerror', (error) => complaints.push(String(error)));
  tab.on('dialog', (dialog) => complaints.push(dialog.message()));
  await tab.goto(url);
  return tab;
}

const textOf = async (selector: string): Promise<string> =>
  (await page.textContent(selector)) ?? '';
const state = (): Promise<string> => textOf('.state');
const widthOf = (tab: Page): Promise<number> =>
  tab.evaluate<number>('document.documentElement.scrollWidth');

it('opens by a code that is gone from the address, and its numbers move', async () => {
  await page.waitForSelector('#decisions tbody tr', { timeout: 60_000 });
  expect(page.url()).toBe(address);
  expect(await textOf('.pill')).toBe('DEMO');
  const quotes = () =>
    page.$$eval('#markets tbody td:nth-child(n + 5):nth-child(-n + 6)', (cells) =>
      cells.map((cell) => cell.textContent).join(' '),
    );
  const before = await quotes();
  await until('quotes move', async () => (await quotes()) !== before);
  expect(await widthOf(page)).toBe(desk.width);
});

/** Micro-dollars as the drawer writes them, to the last digit. */
const microsOf = (text: string): number => {
  const [, sign = '', dollars = '', rest = ''] = /^(−?)\$([\d,]+)\.(\d+)/.exec(text) ?? [];
  const micros = Number(dollars.replaceAll(',', '')) * 1_000_000 + Number(rest.padEnd(6, '0'));
  return sign === '' ? micros : -micros;
};
const partsOf = (sum: ChainSum): readonly number[] => [
  sum.priceMicros,
  sum.feeMicros,
  sum.slippageMicros,
  sum.marginMicros,
  sum.costMicros,
  sum.worthMicros,
  sum.edgeMicros,
];

it('shows the chain of a decision, with the sums that why prints', async () => {
  await page.selectOption('[aria-label=Verdict]', 'taken');
  await page.click('#decisions tbody button.link', { timeout: 60_000 });
  await page.waitForSelector('dialog.drawer .step');
  const id = await textOf('dialog.drawer .chain code');
  const told = await run(['why', id, '--json'], env);
  expect(told.code, told.err).toBe(0);
  const chain = jsonOf(told.out) as unknown as DecisionChain;
  const sums = [chain.edge?.yes, chain.edge?.no].filter((sum) => sum !== null && sum !== undefined);
  expect(sums.length).toBeGreaterThan(0);

  const cells = await page.$$eval('table[aria-label="Edge of one contract"] tbody tr', (rows) =>
    rows.slice(0, 7).map((row) => [...row.children].slice(1).map((cell) => cell.textContent ?? '')),
  );
  const shown = sums.map((_, column) => cells.map((row) => microsOf(row[column] ?? '')));
  expect(shown).toEqual(sums.map(partsOf));
  for (const [price = 0, fee = 0, slippage = 0, margin = 0, cost = 0, worth = 0, edge] of shown)
    expect([price + fee + slippage + margin, worth - cost]).toEqual([cost, edge]);
  expect(await barriers(page)).toEqual([]);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('text=Copy JSON');
  await page.waitForSelector('text=Copied');
  const copied = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(JSON.parse(copied)).toMatchObject({ id });
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog.drawer', { state: 'detached' });
  await page.selectOption('[aria-label=Verdict]', 'refused');
  // Another decision's has not been copied.
  await page.click('#decisions tbody button.link');
  await page.waitForSelector('text=Copy JSON');
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog.drawer', { state: 'detached' });
  await page.selectOption('[aria-label=Verdict]', 'all');
});

it('can be read by everybody: light, dark and on a phone', async () => {
  for (const [viewport, colorScheme, background] of [
    [desk, 'light', 'rgb(246, 247, 249)'],
    [desk, 'dark', 'rgb(16, 19, 22)'],
    [phone, 'dark', 'rgb(16, 19, 22)'],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(
      background,
    );
    expect(await barriers(page), `${colorScheme} ${viewport.width}`).toEqual([]);
    expect(await widthOf(page)).toBe(viewport.width);
  }
  // Where panels stand beside each other, and where they just do not: no column is cut off.
  for (const width of [1_000, 1_240, 1_400, phone.width]) {
    await page.setViewportSize({ ...phone, width });
    const cut = await page.$$eval('.scroller', (all) =>
      all
        .filter((one) => one.scrollWidth > one.clientWidth)
        .map((one) => one.getAttribute('aria-label')),
    );
    expect(cut, `${width} px`).toEqual([]);
  }
  // On the phone, which it still is, what stops trading stays in sight.
  for (const to of [0, 1e6]) {
    await page.evaluate(`scrollTo(0, ${to})`);
    for (const name of ['Pause', 'Cancel orders', 'Halt']) {
      const { y = -1, height = 0 } = (await button(name).boundingBox()) ?? {};
      expect(y >= 0 && y + height <= phone.height, `${name} at ${y}`).toBe(true);
    }
  }
  await page.setViewportSize(desk);
  await page.keyboard.press('t');
  expect(await page.evaluate<string>('document.documentElement.dataset.theme')).toBe('light');
  await page.keyboard.press('?');
  expect(await textOf('dialog.help')).toContain('go to positions');
  await page.keyboard.press('Escape');
});

/** Waits until the header says so. */
const reaches = (wanted: string): Promise<boolean> =>
  until(`the state is ${wanted}`, async () => (await state()) === wanted, {
    log: () => engine.err(),
  });

const button = (name: string) => page.getByRole('button', { name, exact: true });

/** By the page's own time: between here and there a busy machine adds what it likes. */
const heldFor = (ms: number): Promise<void> =>
  page.evaluate(`new Promise((done) => {
    const press = (type) =>
      document.activeElement.dispatchEvent(new KeyboardEvent(type, { key: ' ', code: 'Space', bubbles: true }));
    press('keydown');
    setTimeout(() => done(press('keyup')), ${ms});
  })`);

const msToAct = 1_000;
const attemptsMax = 8;

/**
 * Each has its second, the one that it has to be held not counted. What a busy machine adds it does not add every time: one
 * that was late is resumed and tried again.
 */
async function stops(wanted: string, heldMs: number, act: () => Promise<void>): Promise<void> {
  const took: number[] = [];
  while (took.length < attemptsMax) {
    const from = performance.now();
    await act();
    await reaches(wanted);
    took.push(performance.now() - from - heldMs);
    if ((took.at(-1) ?? Infinity) < msToAct) return;
    const resumed = await run(['resume'], env);
    expect(resumed.code, resumed.err).toBe(0);
    await reaches('running');
  }
  throw new Error(`${wanted} after ${took.map(Math.round).join(', ')} ms`);
}

/** As if another tab lay over it, or no more. */
const cover = (tab: Page, isHidden: boolean): Promise<void> =>
  tab.evaluate(`(() => {
    Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  })()`);

/** Quotes are the server's alone to tell. */
const hears = async (tab: Page): Promise<void> => {
  const quotes = () => tab.textContent('#markets tbody');
  const before = await quotes();
  await until('the tab hears', async () => (await quotes()) !== before);
};

it('is open in as many tabs as a browser has connections, and from each a decision is read and trading stopped', async () => {
  const tabs: Page[] = [];
  for (let count = 0; count < 5; count += 1) tabs.push(await opened(context, address));
  const next = tabs[0] ?? page;
  const last = tabs.at(-1) ?? page;
  await last.click('#decisions tbody button.link');
  await last.waitForSelector('dialog.drawer .step');
  await last.keyboard.press('Escape');
  await last.getByRole('button', { name: 'Pause', exact: true }).click();
  await reaches('paused');
  const resumed = await run(['resume'], env);
  expect(resumed.code, resumed.err).toBe(0);
  await reaches('running');
  expect(await last.textContent('.notices')).toBe('');

  // The one that listened for all is covered, then the next one closed.
  await cover(page, true);
  await Promise.all([page, next, last].map(hears));
  await next.close();
  await Promise.all([page, last].map(hears));
  await cover(page, false);
  for (const tab of tabs) await tab.close();
  await hears(page);
});

it('pauses with a click and halts when held, each within a second, and says how to resume', async () => {
  await stops('paused', 0, () => button('Pause').click());
  expect(await textOf('.notices')).toContain(
    `${resolve('dist/main.js')} resume --set BOT_DATA_DIR=${env['BOT_DATA_DIR']}`,
  );
  expect(await textOf('.notices')).toContain('pause by operator: from the page: Pause button');
  // A slip is not a halt.
  await button('Halt').click();
  await button('Halt').focus();
  await heldFor(300);
  await page.waitForTimeout(1_000);
  expect(await state()).toBe('paused');

  await stops('orders canceled, reducing only', limits.pageHoldMs, async () => {
    await page.mouse.up();
    const cancel = await button('Cancel orders').boundingBox();
    await page.mouse.move((cancel?.x ?? 0) + 9, (cancel?.y ?? 0) + 9);
    await page.mouse.down();
  });
  await page.mouse.up();
  await stops('halted', limits.pageHoldMs, async () => {
    await page.keyboard.up('Space');
    await button('Halt').focus();
    await page.keyboard.down('Space');
  });
  await page.keyboard.up('Space');
});

it('greys when the engine is gone, and comes back by itself to an engine that is still halted', async () => {
  isGone = true;
  engine.child.kill('SIGKILL');
  await page.waitForSelector('main.is-old');
  expect(await textOf('.notices')).toContain('Nothing heard for');
  expect(await state()).toBe('was halted');
  engine = start(['run'], { ...env, BOT_UI_PORT: new URL(address).port });
  await page.waitForSelector('main:not(.is-old)', { timeout: 60_000 });
  await reaches('halted');
  // One that ends by itself is not one that may go on trading.
  engine.child.kill('SIGINT');
  await reaches('stopped');
  await engine.ended;
  await until('the page is not served any more', async () =>
    (await textOf('.vitals')).includes('disconnected'),
  );
  expect(await textOf('.notices')).toContain('The run has ended');
  expect(await textOf('.notices')).not.toContain('Trading may go on');
  await page.close();
  isGone = false;
});

it('shows the words of strangers as words: titles, rules, a rationale, the log, why it is held', async () => {
  const [latch, line] = hostileTexts;
  const day = toldDay({ windows: 2, markets: 40, patchesPerWindow: 1, titles: hostileTexts });
  const told = [...day].map(({ event, data }) => {
    const { sections, rows } = data;
    const holds = [{ cause: 'operator', level: 'pause', why: latch }];
    const header = { ...sections?.header, state: 'paused', feedState: 'down', holds };
    const tiles = { ...sections?.tiles, unknownOrders: 2 };
    const said = { n: 9_999, at: 0, level: 'alert', code: 'x', text: line, decisionId: null };
    const log = { ...rows?.log, 9999: { ...said, ticker: null } };
    return {
      event,
      data: { sections: { ...sections, header, tiles }, rows: { ...rows, log } },
    } as Told;
  });
  const server = await servePage('dist/ui', {
    onStream: (tell) => {
      for (const one of told) tell(one);
    },
    decision: hostileChain,
  });
  const tab = await opened(context, server.url);
  await tab.waitForSelector('#markets tbody tr');
  const markets = await tab.$$eval('#markets td.name', (cells) =>
    cells.map((cell) => cell.textContent),
  );
  for (const text of hostileTexts) expect(markets).toContain(text);
  expect(await tab.textContent('.notices')).toContain(latch);
  expect(await tab.textContent('.notices')).toContain('2 UNKNOWN');
  expect(await tab.textContent('.state')).toBe('paused, feed down');
  expect(await tab.textContent('#log')).toContain(line);

  await tab.click('#decisions tbody button.link');
  await tab.waitForSelector('dialog.drawer .step');
  // Closed parts are drawn, too; a reader opens them.
  await tab.$$eval('dialog.drawer summary', (all) => {
    for (const one of all) (one as unknown as { readonly click: () => void }).click();
  });
  const drawer = (await tab.textContent('dialog.drawer')) ?? '';
  for (const text of Object.values(hostileWords)) expect(drawer).toContain(text);
  expect(
    await tab.$$eval('body :is(#page, dialog) :is(script, img, svg[onload], [onerror])', (all) =>
      all.map((one) => one.outerHTML),
    ),
  ).toEqual([]);
  await tab.close();
  await server.close();
  expect(complaints).toEqual([]);
});

it('has room for the longest label of both charts, one below the other', async () => {
  const told = [...toldDay({ windows: 2, markets: 4, patchesPerWindow: 1 })];
  const equity = [1, 2].map((minute) => [minute * 60_000, 12_345_678e6, 0, -minute * 1e6] as const);
  const server = await servePage('dist/ui', {
    onStream: (tell) => {
      for (const one of told) tell(one);
      tell({ event: 'patch', data: { sections: { equity } } });
    },
  });
  const tab = await opened(context, server.url);
  await tab.waitForSelector('.u-over');
  const widest = await tab.evaluate<number>(`(() => {
    const ink = document.createElement('canvas').getContext('2d');
    ink.font = '11px system-ui, sans-serif';
    return ink.measureText('$12,345,678.50').width;
  })()`);
  const lefts = () =>
    tab.evaluate<number[]>(
      `[...document.querySelectorAll('.u-over')].map((one) => one.offsetLeft)`,
    );
  await until('there is room', async () => (await lefts()).every((left) => left >= widest + 5));
  expect(new Set(await lefts()).size).toBe(1);
  await tab.close();
  await server.close();
});
