// The last step of the build: puts beside the compiled page what it is served with, so that `node dist/main.js` needs nothing
// else: the document, the styles and the libraries, as they are installed.

import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'src/ui/static');
const to = join(root, 'dist/ui');
const vendor = join(to, 'vendor');
const libraries = {
  'preact.js': 'preact/dist/preact.mjs',
  'hooks.js': 'preact/hooks/dist/hooks.mjs',
  'jsx-runtime.js': 'preact/jsx-runtime/dist/jsxRuntime.mjs',
  'signals.js': '@preact/signals/dist/signals.mjs',
  'signals-core.js': '@preact/signals-core/dist/signals-core.mjs',
  'uplot.js': 'uplot/dist/uPlot.esm.js',
  'uplot.css': 'uplot/dist/uPlot.min.css',
};

mkdirSync(vendor, { recursive: true });
for (const name of readdirSync(from)) copyFileSync(join(from, name), join(to, name));
for (const [name, path] of Object.entries(libraries))
  copyFileSync(join(root, 'node_modules', path), join(vendor, name));
