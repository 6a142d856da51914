import { basename, isAbsolute, relative, resolve } from 'node:path';
import { metaOf } from '../config/schema.js';
import type { Terminal } from '../messages/dashboard.js';

/** What a person types, from the folder that the program was started in. */

/** A path as it is shortest to type there. */
function typedPath(path: string, cwd: string): string {
  const inside = relative(cwd, resolve(cwd, path));
  const text =
    inside === '' || inside.startsWith('..') || isAbsolute(inside) ? resolve(cwd, path) : inside;
  return /^[\w./@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** How the program is called: by its name where it was, else the file by Node. */
export function programOf(script: string, cwd: string): string {
  const name = basename(script);
  return name.endsWith('.js') ? `node ${typedPath(script, cwd)}` : name;
}

/** How this process was called. */
export const program = programOf(process.argv[1] ?? '', process.cwd());

/** What a command needs so that it reaches this data directory, or a demo's. Empty: it is the usual one. */
export const reaching = (dataDir: string, cwd = process.cwd()): string =>
  resolve(cwd, dataDir) === resolve(cwd, metaOf('dataDir').default)
    ? ''
    : ` --set BOT_DATA_DIR=${typedPath(dataDir, cwd)}`;

/** For the page: `controlDir` is null where there is no engine to reach, `explains` where there is no ledger. */
export const terminalOf = (controlDir: string | null, explains: string | null): Terminal => ({
  program,
  engine: controlDir === null ? '' : reaching(controlDir),
  ledger: explains === null ? null : ` --home ${typedPath(explains, process.cwd())}`,
});
