// Goal: what is right is taken whatever else is tried, and what is wrong never is.
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Login } from '../../src/dashboard/login.js';
import { codeFor, tokenPath, tokensIn } from '../../src/dashboard/tokens.js';
import { limits } from '../../src/limits.js';

const tokens = { full: 'f'.repeat(43), read: 'r'.repeat(43) };
let nowMs = 0;
const clock = { monotonicMs: () => nowMs, realNow: () => 1_800_000_000_000 + nowMs };
const login = () => new Login(tokens, clock);
beforeEach(() => {
  nowMs = 0;
});

describe('login', () => {
  it('refuses ten thousand guesses, and takes the right token between any two of them', () => {
    const own = login();
    let refused = 0;
    for (let n = 0; n < 10_000; n += 1) {
      const guess = { authorization: `Bearer ${String(n).padStart(43, 'g')}` };
      if (own.who(guess).kind === 'refused') refused += 1;
      if (n % 1_000 === 0)
        expect(own.who({ authorization: `Bearer ${tokens.full}` })).toEqual({
          kind: 'known',
          power: 'full',
          by: 'bearer',
        });
    }
    expect(refused).toBe(10_000);
    expect(own.isGuessedAt).toBe(true);
    nowMs += 60_001;
    expect(own.isGuessedAt).toBe(false);
  });

  it('a code opens once, and not after ten minutes', () => {
    const own = login();
    const [first, second] = [own.code('full'), own.code('read')];
    expect(own.open({ code: first })).not.toBeNull();
    expect(own.open({ code: first })).toBeNull();
    nowMs += limits.dashboardCodeMsMax;
    expect(own.open({ code: second })).toBeNull();
  });

  it('a code is made by a token and by nothing else, and stands for no longer than codes do', () => {
    const own = login();
    const inTime = clock.realNow() + limits.dashboardCodeMsMax;
    expect(own.open({ code: codeFor('x'.repeat(43), inTime) })).toBeNull();
    expect(own.open({ code: codeFor(tokens.full, inTime + 1) })).toBeNull();
    const good = codeFor(tokens.full, inTime);
    const later = `${(inTime - 1).toString(36)}${good.slice(good.indexOf('.'))}`;
    expect(own.open({ code: later })).toBeNull();
    expect(own.open({ code: good })).not.toBeNull();
  });

  it('a code gives the power that it was made for', () => {
    const own = login();
    const cookie = own.open({ code: own.code('read') })?.split(';')[0] ?? '';
    expect(own.who({ cookie })).toEqual({ kind: 'known', power: 'read', by: 'cookie' });
  });

  it('a cookie outlives the process, and not its token', () => {
    const own = login();
    const cookie = own.open({ token: tokens.full })?.split(';')[0] ?? '';
    expect(login().who({ cookie: `other=1; ${cookie}` }).kind).toBe('known');
    const other = new Login({ ...tokens, full: 'o'.repeat(43) }, clock);
    const renamed = cookie.replace(/^\w+=/, `${other.close().split('=')[0]}=`);
    expect(other.who({ cookie: renamed }).kind).toBe('refused');
  });
});

describe('the files of the tokens', () => {
  let dir = '';
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tokens-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('are made once and stay', () => {
    const first = tokensIn(dir);
    expect(first.ok).toBe(true);
    expect(tokensIn(dir)).toEqual(first);
  });

  it('that others may read are refused, and it is said what to do', () => {
    tokensIn(dir);
    const path = tokenPath(dir, 'read');
    chmodSync(path, 0o644);
    expect(tokensIn(dir)).toEqual({
      ok: false,
      error: `${path}: others may read it; remove it, and a token is made anew`,
    });
  });

  it('that are links or hold something else are refused', () => {
    tokensIn(dir);
    const path = tokenPath(dir, 'full');
    writeFileSync(path, 'short\n', { mode: 0o600 });
    expect(tokensIn(dir)).toMatchObject({ ok: false, error: expect.stringContaining('no token') });
    const elsewhere = join(dir, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(tokenPath(dir, 'read')), { mode: 0o600 });
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(tokensIn(dir)).toMatchObject({
      ok: false,
      error: expect.stringContaining('plain file'),
    });
  });
});
