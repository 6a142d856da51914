/** Real processes on real sockets: starts the program as a person would, in a folder and an environment of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const main = resolve('dist/main.js');
const children = new Set<ChildProcess>();
const folders = new Set<string>();

export type Env = Readonly<Record<string, string>>;
export type End = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
};
export type Options = {
  readonly cwd?: string;
  /** For Node itself. */
  readonly node?: readonly string[];
};
export type Running = {
  readonly child: ChildProcess;
  readonly env: Env;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<End>;
};

/** A folder that is gone after `cleanUp`. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'event-trading-e2e-'));
  folders.add(folder);
  return folder;
}

/** A run has a dashboard only if it is told its port: most tests are of something else, and 8787 is one for all of them. */
function withoutPage(args: readonly string[], env: Env): readonly string[] {
  const [first = 'run'] = args;
  const isRun = first === 'run' || first === 'demo' || first.startsWith('-');
  const isTold = [...args, ...Object.keys(env)].some((text) =>
    /^--no-ui$|uiPort|BOT_UI_PORT|^BOT_RUN_(?!ONCE)|^-[hV]|^--(help|version)/.test(text),
  );
  return isRun && !isTold ? [...args, '--no-ui'] : args;
}

/** Starts `event-trading-bot ...args`. Nothing of this process's environment but PATH reaches it. */
export function start(args: readonly string[], env: Env = {}, options: Options = {}): Running {
  const child = spawn(
    process.execPath,
    [...(options.node ?? []), main, ...withoutPage(args, env)],
    {
      cwd: options.cwd ?? newFolder(),
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString();
  });
  const ended = new Promise<End>((done) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      done({ code, signal, out, err });
    });
  });
  return { child, env, out: () => out, err: () => err, ended };
}

/** Runs it to its end. */
export const run = (args: readonly string[], env: Env = {}, options: Options = {}): Promise<End> =>
  start(args, env, options).ended;

/** Kills what is left and removes every folder. */
export async function cleanUp(): Promise<void> {
  const closing = [...children].map((child) => new Promise((done) => child.once('close', done)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(closing);
  // What was started by those may still be ending, and write something last.
  const retries = { maxRetries: 20, retryDelay: 100 };
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, ...retries });
  folders.clear();
}

export const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Waits until `look` has something to say; fails with `what` and the end of `log()` when it does not in time. */
export async function until<Found>(
  what: string,
  look: () => Found | null | undefined | false | Promise<Found | null | undefined | false>,
  options: { readonly msMax?: number; readonly everyMs?: number; readonly log?: () => string } = {},
): Promise<Found> {
  const { msMax = 60_000, everyMs = 25, log = () => '' } = options;
  const deadline = performance.now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline)
      throw new Error(`not within ${msMax} ms: ${what}\n${log().slice(-3_000)}`);
    await sleep(everyMs);
  }
}

export const jsonOf = (text: string): Record<string, unknown> => {
  const lines = text.trim().split('\n');
  return JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;
};

/** The lines of a text that have something in them. */
export const linesOf = (text: string): readonly string[] =>
  text.split('\n').filter((line) => line.trim() !== '');

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

/** A file's text, empty while it is not there. */
export function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

export type LedgerLine = {
  readonly seq: number;
  readonly at: number;
  readonly run: number;
  readonly inputSeq: number;
  readonly hash: string;
  readonly body: { readonly kind: string } & Readonly<Record<string, unknown>>;
};

/** The ledger's records, through the command that prints them. */
export async function ledgerExport(home: string): Promise<readonly LedgerLine[]> {
  const { code, out, err } = await run(['ledger', 'export', '--home', home]);
  if (code !== 0) throw new Error(`ledger export: ${err}`);
  return linesOf(out).map((line) => JSON.parse(line) as LedgerLine);
}
