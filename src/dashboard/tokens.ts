import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../domain/result.js';

/** What a token allows: everything the page can do, or only to look. */
export type Power = 'full' | 'read';

export type Tokens = Readonly<Record<Power, string>>;

const names = { full: 'dashboard.token', read: 'dashboard-read-only.token' } as const;
const bytes = 32;
const shape = /^[A-Za-z0-9_-]{43}$/;

export const tokenPath = (dir: string, power: Power): string => join(dir, names[power]);

/** The two tokens of a data directory, made where they are not there yet. Their files are for their owner alone. */
export function tokensIn(dir: string): Result<Tokens, string> {
  const full = tokenIn(tokenPath(dir, 'full'));
  if (!full.ok) return full;
  const read = tokenIn(tokenPath(dir, 'read'));
  return read.ok ? ok({ full: full.value, read: read.value }) : read;
}

function tokenIn(path: string): Result<string, string> {
  try {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return ok(made(path));
    if (!stat.isFile())
      return err(`${path}: not a plain file; remove it, and a token is made anew`);
    if ((stat.mode & 0o077) !== 0)
      return err(`${path}: others may read it; remove it, and a token is made anew`);
    const token = readFileSync(path, 'utf8').trim();
    if (shape.test(token)) return ok(token);
    return err(`${path}: holds no token; remove it, and one is made anew`);
  } catch (error) {
    return err(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function made(path: string): string {
  const token = randomBytes(bytes).toString('base64url');
  const draft = `${path}.${process.pid}.draft`;
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  writeFileSync(draft, `${token}\n`, { mode: 0o600, flag: 'wx' });
  chmodSync(draft, 0o600);
  renameSync(draft, path);
  return token;
}

/** Takes as long for any two texts, whatever they have in common. */
export const isSameSecret = (one: string, other: string): boolean =>
  timingSafeEqual(sha256(one), sha256(other));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * A code that opens the page once, until `untilMs` of the wall clock. Whoever may read a token's file can make one, so that
 * nobody has to show the token to get it.
 */
export function codeFor(token: string, untilMs: number): string {
  const head = `${untilMs.toString(36)}.${randomBytes(16).toString('base64url')}`;
  return `${head}.${codeMac(token, head)}`;
}

/** Until when the code stands that this token made; null: it did not make it. */
export function codeUntil(token: string, code: string): number | null {
  const [, head = '', until = '', mac = ''] =
    /^(([0-9a-z]{1,9})\.[\w-]{22})\.([\w-]{43})$/.exec(code) ?? [];
  return isSameSecret(mac, codeMac(token, head)) ? Number.parseInt(until, 36) : null;
}

const codeMac = (token: string, head: string): string =>
  createHmac('sha256', token).update(`dashboard code ${head}`).digest('base64url');

/** What a browser keeps instead of the token: it opens this dashboard, also after a restart, and gives no token away. */
export const cookieOf = (token: string): string =>
  createHmac('sha256', token).update('dashboard cookie').digest('base64url');

/** Cookies do not tell ports apart: each data directory has a name of its own. */
export const cookieName = ({ full }: Tokens): string =>
  `dashboard_${createHash('sha256').update(`name of ${full}`).digest('hex').slice(0, 12)}`;
