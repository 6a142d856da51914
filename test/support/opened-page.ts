/** A page as a reader meets it: in Chromium, with no network, and everything it complains about written down. */
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';

export type Seen = {
  readonly width: number;
  readonly background: string;
  readonly title: string;
  readonly plots: number;
  readonly scripts: number;
  /** Tables that are wider than their place. */
  readonly cut: number;
  /** Dots of each canvas that are not blank. */
  readonly ink: readonly number[];
};

/** Runs in the page. */
const looks = `({
  width: document.documentElement.scrollWidth,
  background: getComputedStyle(document.body).backgroundColor,
  title: document.querySelector('h1').textContent,
  plots: document.querySelectorAll('svg.plot circle').length,
  scripts: document.scripts.length,
  cut: [...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length,
  ink: [...document.querySelectorAll('canvas')].map((canvas) =>
    canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data
      .filter((value, at) => at % 4 === 3 && value > 0).length),
})`;

export const chromiumHere = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

/** Opened with every request but its own refused. `asked`: what was refused; `said`: errors, warnings and dialogs. */
export async function openedPage(
  browser: Browser,
  path: string,
  { width, colorScheme }: { readonly width: number; readonly colorScheme: 'light' | 'dark' },
) {
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const tab = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  const own = pathToFileURL(path).href;
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('dialog', (dialog) => said.push(dialog.message()));
  await tab.route('**/*', (route) => {
    const url = route.request().url();
    if (url === own) return route.continue();
    asked.push(url);
    return route.abort();
  });
  await tab.goto(own);
  const seen = await tab.evaluate<Seen>(looks);
  const text = await tab.evaluate<string>('document.body.innerText');
  await context.close();
  return { said, asked, seen, text };
}
