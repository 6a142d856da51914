// Each figure beside its floor from the same run, so that the ratio holds on any machine. `npm run bench [-- NAME…]`.

import { dashboardBench } from './dashboard.mjs';
import { decodedBench } from './decoded.mjs';
import { row } from './measure.mjs';
import { memoryBench } from './memory.mjs';
import { pageBench } from './page.mjs';
import { replayBench } from './replay.mjs';
import { sweepBench } from './sweep.mjs';
import { tickToOrderBench } from './tick-to-order.mjs';

const benches = {
  replay: replayBench,
  decoded: decodedBench,
  memory: memoryBench,
  sweep: sweepBench,
  page: pageBench,
  dashboard: dashboardBench,
  'tick-to-order': tickToOrderBench,
};
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`no bench ${unknown}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

process.stdout.write(`${row('name', 'value', 'floor', 'ratio', 'aim')}\n`);
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    process.stdout.write(`${await bench()}\n`);
  } catch (error) {
    process.stdout.write(`${row(name, 'failed')}\n`);
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}
