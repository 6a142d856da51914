import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export type Asset = { readonly type: string; readonly body: Uint8Array };

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
};

/**
 * Every file of the page, by its path below the folder, read once: no request ever names a file of the disk. Empty where the
 * page was not built.
 */
export function assetsIn(folder: string): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  let names: readonly string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return assets;
  }
  for (const name of names) {
    const type = types[extname(name)];
    if (type !== undefined)
      assets.set(name.replaceAll('\\', '/'), { type, body: readFileSync(join(folder, name)) });
  }
  return assets;
}

/** What a page's content policy has to name: the import map is the one script inside a document. */
export function importMapHashes(html: string): readonly string[] {
  const maps = html.matchAll(/<script[^>]*\btype="importmap"[^>]*>([\s\S]*?)<\/script>/g);
  return [...maps].map(([, map = '']) => {
    const hash = createHash('sha256').update(map).digest('base64');
    return `'sha256-${hash}'`;
  });
}
