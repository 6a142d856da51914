// Goal: over the page's two routes a file is changed whole or not at all, by whoever saw its last state, and what is said
// to be in force is what the engine took.
import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.js';
import { loadConfig } from '../../../src/config/load.js';
import { readConfigFile } from '../../../src/config/read.js';
import { configChanges } from '../../../src/config/watch.js';
import type { Answer } from '../../../src/dashboard/route.js';
import type { InForce } from '../../../src/dashboard/settings/answers.js';
import { type SettingsPorts, settingsRoutes } from '../../../src/dashboard/settings/routes.js';
import type { SettingsAnswer } from '../../../src/messages/settings.js';

let folder = '';
let path = '';
let running: InForce | null = null;
let engine: Subscription | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-routes-'));
  path = join(folder, 'config.jsonc');
});
afterEach(() => {
  engine?.unsubscribe();
  engine = null;
  rmSync(folder, { recursive: true });
});

/** An engine's half: what it was started with, and the watch by which it hears of changes. */
function startEngine(): void {
  const read = readConfigFile(path, false);
  const file = read.ok ? read.value : null;
  const loaded = loadConfig({ env: {}, file, flags: {} });
  if (!loaded.ok) throw new Error(loaded.error[0]?.message);
  running = loaded.value;
  const load = (changed: typeof file) => loadConfig({ env: {}, file: changed, flags: {} });
  engine = configChanges({ path, loaded: loaded.value, file, load }).subscribe((change) => {
    if (change.kind === 'changed') running = change;
  });
}

function server(rest: Partial<SettingsPorts> = {}) {
  const routes = settingsRoutes({
    plan: { path, env: {}, flags: {} },
    home: folder,
    inForce: () => running,
    clock: systemClock,
    ...rest,
  });
  const ask = async (method: string, body: unknown = null): Promise<Answer> => {
    const route = routes.find((one) => one.method === method);
    if (route === undefined) throw new Error(method);
    return route.handle({ params: new Map(), body, ifMatch: null });
  };
  const parsed = async (method: string, body: unknown = null) => {
    const { status, body: text } = await ask(method, body);
    return { status, body: JSON.parse(String(text)) };
  };
  return {
    routes,
    get: async (): Promise<SettingsAnswer> => (await parsed('GET')).body,
    post: (body: unknown) => parsed('POST', body),
  };
}

describe('settings over the page', () => {
  it('answers what is in force only once the engine has it, in a file that was not there', async () => {
    startEngine();
    const { get, post } = server();
    const before = await get();
    expect(before.file).toEqual({ path, exists: false });
    expect(before.settings.find(({ key }) => key === 'minEdgePct')).toMatchObject({
      value: '0.08',
      origin: 'default',
      inFile: null,
      hot: true,
      unit: '$ per $1 contract',
      schema: { type: 'number', minimum: 0, maximum: 1 },
    });
    const changes = { BOT_MIN_EDGE_PCT: '0.1', BOT_MAX_DAILY_LOSS: '250' };
    const { status, body } = await post({ revision: before.revision, changes });
    expect([status, body.isConfirmed]).toEqual([200, true]);
    expect(body.applied).toEqual([
      { env: 'BOT_MIN_EDGE_PCT', before: '0.08', after: '0.1' },
      { env: 'BOT_MAX_DAILY_LOSS', before: '500', after: '250' },
    ]);
    expect(body.inForce).toBe(running?.revision);
    expect(running?.settings).toMatchObject({ minEdgePct: 0.1, maxDailyLoss: 250_000_000 });
    expect(readFileSync(path, 'utf8')).toBe('{\n  "minEdgePct": 0.1,\n  "maxDailyLoss": 250\n}\n');
    const after = await get();
    expect([after.revision, after.inForce]).toEqual([body.revision, body.inForce]);
    expect(after.revision).not.toBe(before.revision);
    expect(after.settings.find(({ key }) => key === 'minEdgePct')).toMatchObject({
      value: '0.1',
      origin: 'file',
      inFile: '0.1',
      waits: false,
    });
  });

  it('refuses a change made against another state of the file, and writes nothing', async () => {
    writeFileSync(path, '{"minEdgePct": 0.05}');
    startEngine();
    const { get, post } = server();
    const { revision } = await get();
    writeFileSync(path, '{"minEdgePct": 0.06}');
    const moved = await post({ revision, changes: { BOT_FEE_BPS: '1' } });
    expect([moved.status, moved.body.error.code]).toEqual([409, 'settings_moved']);
    const { revision: now } = await get();
    const refused = await post({ revision: now, changes: { BOT_MAX_DAILY_LOSS: '501' } });
    expect([refused.status, refused.body.problems[0].code]).toEqual([422, 'loosens_cap']);
    expect(readFileSync(path, 'utf8')).toBe('{"minEdgePct": 0.06}');
  });

  it.each<[what: string, body: unknown]>([
    ['nothing', null],
    ['a list', []],
    ['no revision', { changes: { BOT_FEE_BPS: '1' } }],
    ['a revision that is none', { revision: 'latest', changes: { BOT_FEE_BPS: '1' } }],
    ['no changes', { revision: 'a'.repeat(64), changes: {} }],
    ['a number', { revision: 'a'.repeat(64), changes: { BOT_FEE_BPS: 1 } }],
    [
      'a text without end',
      { revision: 'a'.repeat(64), changes: { BOT_FEE_BPS: '1'.repeat(9_000) } },
    ],
    ['more than asked for', { revision: 'a'.repeat(64), changes: { BOT_FEE_BPS: '1' }, who: 'me' }],
  ])('refuses a body that is %s', async (_what, body) => {
    startEngine();
    const { status, body: answer } = await server().post(body);
    expect([status, answer.error.code]).toEqual([400, 'bad_request']);
  });

  it('keeps who changed what and when, through restarts; taking back is a change as well', async () => {
    writeFileSync(path, '{"valuationMarkets": 100} // mine');
    startEngine();
    const first = server();
    const { revision } = await first.get();
    const { body } = await first.post({ revision, changes: { BOT_VALUATION_MARKETS: '120' } });
    writeFileSync(path, '{"valuationMarkets": 120, "kellyFraction": 0.1} // mine');
    const { history } = await first.get();
    expect(history.map(({ n, who, changes }) => ({ n, who, changes }))).toEqual([
      { n: 2, who: 'file', changes: [{ env: 'BOT_KELLY_FRACTION', before: null, after: '0.1' }] },
      {
        n: 1,
        who: 'page',
        changes: [{ env: 'BOT_VALUATION_MARKETS', before: '100', after: '120' }],
      },
    ]);
    expect(Math.abs((history[0]?.at ?? 0) - systemClock.realNow())).toBeLessThan(60_000);
    expect(body.applied).toEqual([{ env: 'BOT_VALUATION_MARKETS', before: '100', after: '120' }]);
    const second = server();
    const state = await second.get();
    const undo = { revision: state.revision, changes: { BOT_VALUATION_MARKETS: '100' } };
    expect((await second.post(undo)).status).toBe(200);
    expect((await second.get()).history.map(({ n, who }) => `${n} ${who}`)).toEqual([
      '3 page',
      '2 file',
      '1 page',
    ]);
    expect(readFileSync(path, 'utf8')).toBe(
      '{"valuationMarkets": 100, "kellyFraction": 0.1} // mine',
    );
  });

  it('says so when the engine does not say that it took it', async () => {
    startEngine();
    engine?.unsubscribe();
    let now = 0;
    const clock = {
      ...systemClock,
      monotonicMs: () => now,
      setTimer: (ms: number, fire: () => void) => {
        now += ms;
        queueMicrotask(fire);
        return () => {};
      },
    };
    const { get, post } = server({ clock });
    const { revision } = await get();
    const { status, body } = await post({ revision, changes: { BOT_FEE_BPS: '18' } });
    expect([status, body.isConfirmed]).toEqual([200, false]);
  });

  it('shows what waits for a restart, and a file that cannot be taken', async () => {
    writeFileSync(path, '{"maxDailyLoss": 100}');
    startEngine();
    const { get } = server();
    writeFileSync(path, '{"maxDailyLoss": 900, "dayZone": "Asia/Tokyo", "liveConfirm": "canary"}');
    const waiting = await get();
    const waits = waiting.settings
      .filter((row) => row.waits)
      .map(({ key, value, inFile }) => [key, value, inFile]);
    expect(waits).toEqual([
      ['maxDailyLoss', '100', '900'],
      ['dayZone', 'UTC', 'Asia/Tokyo'],
    ]);
    expect(JSON.stringify(waiting)).not.toContain('canary');
    writeFileSync(path, '{"maxDailyLoss": 900');
    expect((await get()).problems).toEqual([expect.stringContaining('a closing brace is missing')]);
  });

  it('leaves a link a link, and a mode as it was, whatever the umask', async () => {
    const real = join(folder, 'real.jsonc');
    writeFileSync(real, '{}');
    chmodSync(real, 0o660);
    symlinkSync(real, path);
    startEngine();
    const { get, post } = server();
    const { revision } = await get();
    const umask = process.umask(0o077);
    const answered = await post({ revision, changes: { BOT_FEE_BPS: '18' } });
    process.umask(umask);
    expect(answered.status).toBe(200);
    expect(readFileSync(real, 'utf8')).toContain('"feeBps": 18');
    expect(statSync(real).mode & 0o777).toBe(0o660);
  });

  it('has nothing to show where no engine runs', async () => {
    running = null;
    const idle = server();
    const finished = server({ plan: null });
    for (const { routes, post } of [idle, finished]) {
      expect(routes.map(({ method, access }) => `${method} ${access}`)).toEqual([
        'GET read',
        'POST full',
      ]);
      const { status, body } = await post({
        revision: 'a'.repeat(64),
        changes: { BOT_FEE_BPS: '1' },
      });
      expect([status, body.error.code]).toEqual([503, 'no_engine']);
    }
  });
});
