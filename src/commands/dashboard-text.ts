import { type Power, tokenPath } from '../dashboard/tokens.js';

/** Opens the page once. The code is in the fragment: a browser sends that to nobody, so it is in no log. */
export const loginLink = (port: number, code: string): string =>
  `http://127.0.0.1:${port}/#code=${code}`;

/** Where the page is, and how to get in: a link at a terminal, elsewhere the file that holds the token. */
export function dashboardText(port: number, code: string, dataDir: string): string {
  if (process.stdout.isTTY)
    return `dashboard ${loginLink(port, code)} (opens once, within 10 minutes)`;
  const power: Power = 'full';
  return `dashboard http://127.0.0.1:${port}/ · log in with the token in ${tokenPath(dataDir, power)}`;
}
