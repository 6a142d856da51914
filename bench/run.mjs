// Each figure beside its floor from the same run, so that the ratio holds on any machine. `npm run bench [-- NAME…]`;
// `--brief`: each as small as it can be, which measures nothing and says whether it still runs.

import { dashboardBench } from './dashboard.mjs';
import { decodedBench } from './decoded.mjs';
import { row, sizes } from './measure.mjs';
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
const isBrief = process.argv.includes('--brief');
const asked = process.argv.slice(2).filter((name) => name !== '--brief');
const unknown = asked.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`no bench ${unknown}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}

process.stdout.write(`${row('name', 'value', 'floor', 'ratio', 'aim')}\n`);
async function run(name) {
  try {
    process.stdout.write(`${await benches[name](sizes(isBrief))}\n`);
  } catch (error) {
    process.stdout.write(`${row(name, 'failed')}\n`);
    process.stderr.write(`${name}: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 1;
  }
}
const names = Object.keys(benches).filter((name) => asked.length === 0 || asked.includes(name));
// What is measured is measured alone.
if (isBrief) await Promise.all(names.map(run));
else for (const name of names) await run(name);
