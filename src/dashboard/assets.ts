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

/** What a page's content policy has to name: the scripts that stand in the document itself. Data is no script. */
export function inlineScriptHashes(html: string): readonly string[] {
  const scripts = html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g);
  return [...scripts].flatMap(([, attributes = '', code = '']) => {
    if (/\bsrc=|type="application\/json"/.test(attributes)) return [];
    return [`'sha256-${createHash('sha256').update(code).digest('base64')}'`];
  });
}
