// What the tests need besides npm: strace, to see and bend what the ledger asks of its disk; nats-server, which sweeps are
// sent over; chromium, in which pages are opened. Installed where missing and possible; else the tests do not begin, because a
// proof that did not run is none.

import { spawnSync } from 'node:child_process';

const programs = [
  { name: 'strace', asked: ['-V'] },
  { name: 'nats-server', asked: ['--version'] },
  { name: 'chromium', asked: ['--version'] },
];

const missing = () =>
  programs
    .filter(({ name, asked }) => spawnSync(name, asked, { stdio: 'ignore' }).status !== 0)
    .map(({ name }) => name);

const wanted = missing();
if (wanted.length > 0 && process.getuid?.() === 0) {
  const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2] });
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...wanted);
}
const left = missing();
if (left.length > 0) {
  process.stderr.write(
    `the tests need Linux and ${left.join(', ')}: apt-get install ${left.join(' ')}\n`,
  );
  process.exit(1);
}
