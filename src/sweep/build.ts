import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(
  import.meta.url.endsWith('.ts')
    ? new URL('../../dist', import.meta.url)
    : new URL('..', import.meta.url),
);

/**
 * Which program this is: SHA-256 over the compiled files, 16 digits of it. A version number would not do: results are
 * kept by it, and two commits of one version may decide differently.
 */
export function engineBuild(folder: string = built): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    // The simulator has no part in a backtest.
    .filter((name) => name.endsWith('.js') && !name.startsWith('simulator'))
    .sort();
  for (const name of names) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}
