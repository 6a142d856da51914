// Runs in the module loader's thread: gives every engine module reached from `…?bug=name` the same suffix, and plants the bug
// in its file.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { plantedBugs } from './planted-bugs.mjs';

const root = new URL('../../dist/', import.meta.url).href;

const bugOf = (url) => new URL(url).searchParams.get('bug');

export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  const bug = context.parentURL === undefined ? null : bugOf(context.parentURL);
  if (bug === null || !resolved.url.startsWith(root)) return resolved;
  return { ...resolved, url: `${resolved.url}?bug=${bug}` };
}

export async function load(url, context, next) {
  const bug = url.startsWith(root) ? bugOf(url) : null;
  if (bug === null) return next(url, context);
  const path = fileURLToPath(url);
  let source = await readFile(path, 'utf8');
  const planted = plantedBugs[bug];
  if (planted === undefined) throw new Error(`no planted bug ${bug}`);
  for (const swap of planted)
    if (url.startsWith(new URL(swap.file, root).href)) source = withBug(source, swap, bug);
  return { format: 'module', source, shortCircuit: true };
}

/** The source with the bug in it. A text that is gone, or there twice, is an error: the bug would not be there. */
export function withBug(source, { from, to }, name) {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`planted bug ${name}: its text is there ${parts.length - 1} times, not once`);
  return parts.join(to);
}
