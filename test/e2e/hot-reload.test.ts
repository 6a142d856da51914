// Goal: the settings file of a running engine is heard within two seconds, and nothing in it can loosen or break a run.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, filesBelow, newFolder, start, textOf, until } from './support.js';
import { startVenue } from './venue.js';

afterAll(cleanUp);

it('a changed settings file takes effect in a running engine', async () => {
  const venue = await startVenue({ args: ['--markets', '100'] });
  const cwd = newFolder();
  const dataDir = newFolder();
  const file = join(cwd, 'config.jsonc');
  const inPlace = (text: string): void => writeFileSync(file, text);
  const byRename = (text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  inPlace('{ "maxDailyLoss": 400, "kellyFraction": 0.2 }');
  const engine = start(
    ['run', '--json'],
    { ...venue.env, BOT_DATA_DIR: dataDir, BOT_CYCLE_SECONDS: '600' },
    { cwd },
  );
  const home = join(dataDir, 'live-loopback-main');
  const logged = (code: string, text: string): boolean =>
    textOf(join(home, 'logs', 'engine.log'))
      .split('\n')
      .some((line) => line.includes(`"code":"${code}"`) && line.includes(text));
  await until('it trades', () => logged('reconciled', ''), { log: engine.err });

  const tookMs: number[] = [];
  const heard = async (what: string, look: () => boolean): Promise<void> => {
    const from = performance.now();
    await until(what, look, { everyMs: 20, log: engine.err });
    tookMs.push(performance.now() - from);
  };

  byRename('{ "maxDailyLoss": 400, "kellyFraction": 0.1 }');
  await heard('a rename', () => logged('settings_changed', 'kellyFraction'));

  inPlace('{ "maxDailyLoss": 400, "kellyFraction": 0.1, "maxTradesPerCycle": 2 }');
  await heard('a write', () => logged('settings_changed', 'maxTradesPerCycle'));

  byRename('{ "maxDailyLoss": 300, "kellyFraction": 0.1, "maxTradesPerCycle": 2 }');
  await heard('a tighter cap', () => logged('settings_changed', 'maxDailyLoss'));

  inPlace('{ "maxDailyLoss": 900, "kellyFraction": 0.1, "maxTradesPerCycle": 2 }');
  await heard('a looser cap', () => logged('settings_wait', 'maxDailyLoss'));

  byRename('{ "maxDailyLoss": 300, "kellyFraction": 7, "maxTradesPerCycle": 2 }');
  await heard('nonsense', () => logged('settings_refused', 'kellyFraction'));
  const warned = /warning: .*config\.jsonc:1:\d+: kellyFraction is "7".*settings_refused/;
  await until('it is said', () => warned.test(engine.err()), { log: engine.err });

  inPlace('{ "maxDailyLoss": 300, "kellyFr');
  await heard('half a file', () => logged('settings_refused', 'a text is not closed'));

  byRename('{ "maxDailyLoss": 300, "kellyFraction": 0.05, "maxTradesPerCycle": 2 }');
  await heard(
    'good again',
    () =>
      textOf(join(home, 'logs', 'engine.log')).match(/"in force now: kellyFraction"/g)?.length ===
      2,
  );

  // Most of them: a busy machine may be late with one or the other.
  expect(tookMs.toSorted((a, b) => a - b)[3]).toBeLessThan(2_000);

  engine.child.kill('SIGINT');
  expect((await engine.ended).code, engine.err()).toBe(0);
  const inputs = filesBelow(join(home, 'recordings'))
    .filter((path) => /\.ndjson(\.gz)?$/.test(path) && !path.includes('index'))
    .map((path) => (path.endsWith('.gz') ? gunzipSync(readFileSync(path)) : readFileSync(path)))
    .join('\n');
  const changes = inputs.match(/"kind":"settings",/g) ?? [];
  const refusals = inputs.match(/"kind":"settings_refused",/g) ?? [];
  expect([changes.length, refusals.length]).toEqual([5, 2]);
});
