// What the tests need besides npm: strace, to see and bend what the ledger asks of its disk. Installed where it is missing and
// that is possible; else the tests do not begin, because a proof that did not run is none.

import { spawnSync } from 'node:child_process';

const isThere = () => spawnSync('strace', ['-V'], { stdio: 'ignore' }).status === 0;
if (!isThere()) {
  const apt = (...args) => spawnSync('apt-get', args, { stdio: ['ignore', 2, 2] });
  if (process.getuid?.() === 0) {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'strace');
  }
  if (!isThere()) {
    process.stderr.write('the tests need Linux and strace: apt-get install strace\n');
    process.exit(1);
  }
}
