// Goal: what a person is told to type does what it says when it is typed where the program was started.
import { expect, it } from 'vitest';
import { programOf, reaching, terminalOf } from '../../src/commands/terminal.js';

it.each([
  ['/home/ann/bot/dist/main.js', 'node dist/main.js'],
  ['/opt/bot/dist/main.js', 'node /opt/bot/dist/main.js'],
  ["/home/ann/bot/it's here/main.js", "node 'it'\\''s here/main.js'"],
  ['/usr/local/bin/event-trading-bot', 'event-trading-bot'],
])('the program started as %s is called %s', (script, called) => {
  expect(programOf(script, '/home/ann/bot')).toBe(called);
});

it.each([
  ['var', ''],
  ['/home/ann/bot/var', ''],
  ['var/demo/3-seed7', ' --set BOT_DATA_DIR=var/demo/3-seed7'],
  ['/srv/data', ' --set BOT_DATA_DIR=/srv/data'],
  ['../my data', " --set BOT_DATA_DIR='/home/ann/my data'"],
])('the engine on %s is reached by adding "%s"', (dataDir, added) => {
  expect(reaching(dataDir, '/home/ann/bot')).toBe(added);
});

it('names no command where there is no ledger that it could read', () => {
  expect(terminalOf(null, null).ledger).toBeNull();
  expect(terminalOf(null, 'var/here').ledger).toBe(' --home var/here');
});
