// Goal: what an operator asks for reaches the engine it is meant for, and what `status` shows is what the engine wrote.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanUp, jsonOf, linesOf, newFolder, run, start, textOf, until } from './support.js';
import { startVenue } from './venue.js';

const main = resolve('dist/main.js');
afterAll(cleanUp);

/** Of a reader that leaves nothing is said; of one that is full, one line. */
async function readerLeaves(home: string): Promise<void> {
  const shell = (line: string): Promise<string> =>
    new Promise((done) => {
      execFile('bash', ['-c', line, 'bash', process.execPath, main, home], (_, out) => done(out));
    });
  const program = '"$1" "$2"';
  // Several times what a pipe holds.
  expect((await shell(`${program} ledger export --home "$3" | wc -c`)).length).toBeGreaterThan(5);
  expect(
    await shell(`${program} ledger export --home "$3" 2>&1 | head -c 1; echo " \${PIPESTATUS[0]}"`),
  ).toBe('{ 0\n');
  for (const command of ['config', 'ledger verify --home "$3"'])
    expect(await shell(`cd "$3"; { ${program} ${command} >/dev/full; } 2>&1; echo $?`)).toMatch(
      /^(warning: .*\n)*stdout cannot be written: .*ENOSPC.*\n1\n$/,
    );
}

it('status shows the run that was, and a demo leaves requests for other engines alone', async () => {
  const venue = await startVenue({ args: ['--markets', '300'] });
  const dataDir = newFolder();
  const env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_EXECUTION_MODE: 'paper' };
  const before = await run(['status', '--json'], env);
  expect([before.code, before.out]).toEqual([1, '']);
  mkdirSync(join(dataDir, 'control'), { recursive: true });
  const resume = join(dataDir, 'control', 'resume');
  writeFileSync(resume, 'left by nobody knows whom');
  const end = await run(['run', '--once', '--json'], env);
  expect(end.code, end.err).toBe(0);
  expect([existsSync(resume), end.err]).toEqual([false, expect.stringContaining('resume_lapsed')]);
  const { ledger } = jsonOf(end.out) as { ledger: { headHash: string; records: number } };
  const status = await run(['status', '--json'], env);
  expect(status.code, status.err).toBe(0);
  expect(jsonOf(status.out)).toMatchObject({
    mode: 'paper',
    ledger: { seq: ledger.records, hash: ledger.headHash },
  });

  const request = join(dataDir, 'control', 'halt');
  await readerLeaves(join(dataDir, 'paper-loopback-main'));

  writeFileSync(request, '');
  const ofDemo = { BOT_DATA_DIR: dataDir };
  expect((await run(['pause', '--demo'], ofDemo)).code).toBe(2);
  const demo = start(['demo', '--json', '--set', 'scanMaxMarkets=150'], ofDemo);
  const home = join(dataDir, 'demo', '1-seed7');
  const heldIn = (): string =>
    Object.keys(JSON.parse(textOf(join(home, 'state', 'runtime_state.json'))).latches).join();
  await until(
    'the demo has its state',
    () => existsSync(join(home, 'state', 'runtime_state.json')),
    { log: demo.err },
  );
  expect((await run(['status', '--demo', '--max-age', '60'], ofDemo)).out).toMatch(
    /^running as process \d+ · run 1/m,
  );
  await run(['pause', '--demo'], ofDemo);
  await until('the demo is paused', () => heldIn() === 'operator', { log: demo.err });
  expect(existsSync(join(dataDir, 'dashboard.json'))).toBe(false);
  // What is meant for the demo and is not said to be reaches nobody, and says so.
  expect((await run(['kill'], ofDemo)).out).toContain(
    `a demo runs in ${home}: for that one add --demo`,
  );
  await run(['resume', '--demo'], ofDemo);
  await until('the demo goes on', () => heldIn() === '', { log: demo.err });
  demo.child.kill('SIGINT');
  const over = await demo.ended;
  expect([over.code, existsSync(request)], over.err).toEqual([0, true]);
  // The engine it was left for takes it at its start.
  const halted = await run(['run', '--once', '--json'], env);
  expect([halted.code, existsSync(request)], halted.err).toEqual([6, false]);
});

it('says what a running engine made of a request, and what waits for the next', async () => {
  const venue = await startVenue({ args: ['--markets', '30'] });
  const dataDir = newFolder();
  const env = { ...venue.env, BOT_DATA_DIR: dataDir, BOT_EXECUTION_MODE: 'paper' };
  const needless = await run(['resume'], env);
  expect([needless.code, needless.err]).toEqual([
    1,
    `resume: no engine runs on ${dataDir}, and nothing holds trading back in ${join(dataDir, 'paper-loopback-main')}: there is nothing to resume\n`,
  ]);
  await run(['kill'], env);
  const back = await run(['resume'], env);
  expect([back.code, back.out]).toEqual([0, expect.stringContaining('took back halt')]);
  expect(readdirSync(join(dataDir, 'control'))).toEqual([]);
  const left = await run(['pause'], env);
  expect([left.code, left.out]).toEqual([
    0,
    `pause: no engine runs on ${dataDir}; the next one to start there, whatever its mode and account, takes it first\n`,
  ]);
  const engine = start(['run', '--quiet', '--no-ui'], env);
  await until(
    'the pause is taken',
    () => textOf(join(dataDir, 'state', 'runtime_state.json')).includes('"pause"'),
    {
      log: engine.err,
    },
  );
  const status = await run(['status', '--max-age', '600'], env);
  expect(status.code, status.err).toBe(0);
  expect(status.out).toMatch(/^running as process \d+ · run 1/m);
  expect(status.out).toMatch(
    /^trading {5}PAUSE since .*file pause.*\n.*main\.js resume --set BOT_DATA_DIR=\S+$/m,
  );
  const resumed = await run(['resume'], env);
  expect([resumed.code, resumed.out]).toEqual([0, expect.stringMatching(/trades again; no latch/)]);
  // A folder that takes no file, also for root.
  const draft = join(dataDir, 'control', '.halt.draft');
  mkdirSync(draft);
  const unwritten = await run(['kill'], env);
  expect([unwritten.code, unwritten.out, linesOf(unwritten.err).length]).toEqual([1, '', 1]);
  expect(unwritten.err).toMatch(
    new RegExp(`cannot be written \\(EISDIR.*\\); .*: kill -USR2 ${engine.child.pid}$`, 'm'),
  );
  rmdirSync(draft);
  const halted = await run(['kill', '--why', 'test'], env);
  expect([halted.code, halted.out]).toEqual([
    0,
    expect.stringMatching(/^halt: the engine \(process \d+\) has it: nothing is sent/),
  ]);
  engine.child.kill('SIGINT');
  const end = await engine.ended;
  expect([end.code, end.err], end.out).toEqual([6, expect.stringContaining('halt')]);
  expect((await run(['status', '--max-age', '600'], env)).code).toBe(1);
});
