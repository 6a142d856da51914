// A step of the build: makes dist/control_panel.html, the control page in one file. It opens from a disk without an engine,
// asks no network, and is what the dashboard serves as /control. Modules become functions of one script, so that a browser
// that opens a file may run them; a policy allows this script and these styles by hash, and nothing else.

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { settingsCatalog } from '../dist/dashboard/settings/catalog.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = (path) => join(root, 'node_modules', path);
const libraries = {
  preact: library('preact/dist/preact.mjs'),
  'preact/hooks': library('preact/hooks/dist/hooks.mjs'),
  'preact/jsx-runtime': library('preact/jsx-runtime/dist/jsxRuntime.mjs'),
  '@preact/signals': library('@preact/signals/dist/signals.mjs'),
  '@preact/signals-core': library('@preact/signals-core/dist/signals-core.mjs'),
};

function pathOf(from, name) {
  const path = name.startsWith('.') ? resolve(dirname(from), name) : libraries[name];
  if (path === undefined) throw new Error(`${from} imports ${name}, which the page does not have`);
  return path;
}

/** `a, b as c` as pairs of the name there and the name here. */
const pairsOf = (list) =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => part.split(/\s+as\s+/))
    .map(([there, here = there]) => [there, here]);

// Only forms that the compiler and these libraries write; any other is left standing and fails the check below.
const imports = /(?:^|(?<=[;}\n]))\s*import\s*\{([^}]*)\}\s*from\s*["']([^"']+)["'];?/g;
const bareImports = /(?:^|(?<=[;}\n]))\s*import\s*["']([^"']+)["'];?/g;
const reexports = /(?:^|(?<=[;}\n]))\s*export\s*\{([^}]*)\}\s*from\s*["']([^"']+)["'];?/g;
const exportLists = /(?:^|(?<=[;}\n]))\s*export\s*\{([^}]*)\};?/g;
const declared = /^export\s+(?=(?:async\s+)?(?:const|let|function\*?|class)\s+([A-Za-z_$][\w$]*))/gm;

const modules = new Map();
const order = [];

/** Takes a module and, before it, everything it imports. */
function take(path) {
  if (modules.has(path)) {
    if (modules.get(path) === null) throw new Error(`${path} is part of a circle of imports`);
    return;
  }
  modules.set(path, null);
  const source = readFileSync(path, 'utf8').replace(/\/\/# sourceMappingURL=.*$/m, '');
  for (const pattern of [imports, reexports])
    for (const [, , name] of source.matchAll(pattern)) take(pathOf(path, name));
  for (const [, name] of source.matchAll(bareImports)) take(pathOf(path, name));
  const name = `m${order.length}`;
  modules.set(path, name);
  order.push(path);
  const given = [];
  const body = source
    .replace(reexports, (_all, list, from) => {
      for (const [there, here] of pairsOf(list))
        given.push(`${here}: ${modules.get(pathOf(path, from))}.${there}`);
      return '';
    })
    .replace(imports, (_all, list, from) => {
      const names = pairsOf(list).map(([there, here]) => `${there}: ${here}`);
      return `\nconst { ${names.join(', ')} } = ${modules.get(pathOf(path, from))};`;
    })
    .replace(bareImports, '')
    .replace(exportLists, (_all, list) => {
      for (const [here, there] of pairsOf(list)) given.push(`${there}: ${here}`);
      return '';
    })
    .replace(declared, (_all, here) => {
      given.push(`${here}: ${here}`);
      return '';
    });
  const code = `const ${name} = (() => {\n${body}\nreturn { ${given.join(', ')} };\n})();\n`;
  try {
    new Script(code, { filename: path });
  } catch (error) {
    throw new Error(`${path} has a form that cannot be put into one script: ${error.message}`);
  }
  parts.push(code);
}

const parts = [];
take(join(root, 'dist/ui/ui/control/main.js'));

const script = `'use strict';\n${parts.join('')}`.replaceAll('</script', String.raw`<\/script`);
const style = ['src/ui/static/base.css', 'src/ui/control/control.css']
  .map((path) => readFileSync(join(root, path), 'utf8'))
  .join('');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
// Data in the page may not end the element that holds it.
const catalog = JSON.stringify(settingsCatalog()).replaceAll('<', String.raw`\u003c`);
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>EventTradingBot settings</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript; <code>event-trading-bot config</code> does not.</noscript>
<script type="application/json" id="catalog">${catalog}</script>
<script>${script}</script>
</body>
</html>
`;
for (const path of ['dist/control_panel.html', 'dist/ui/control.html'])
  writeFileSync(join(root, path), page);
