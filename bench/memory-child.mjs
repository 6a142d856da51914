// One replay of captures; prints what it peaked at.
import { readConfig } from '../dist/config/read.js';
import { engineTarget, openedForCapture } from '../dist/replay/engine-target.js';
import { replayCaptures } from '../dist/replay/replay-captures.js';

const [usesCache, ...paths] = process.argv.slice(2);
const config = readConfig({}, {});
if (!config.ok) throw new Error(config.error[0].message);
let heap = 0;
const look = () => {
  heap = Math.max(heap, process.memoryUsage().heapUsed);
};
const looking = setInterval(look, 5);
const { inputs, isDecoded } = await replayCaptures({
  paths,
  usesCache: usesCache === 'true',
  untilMs: null,
  opened: openedForCapture(config.value.loaded.settings, true),
  make: engineTarget,
  onProblem: (problem) => {
    throw new Error(JSON.stringify(problem));
  },
});
look();
clearInterval(looking);
const mib = 1_024 * 1_024;
const rssMiB = (process.resourceUsage().maxRSS * 1_024) / mib;
process.stdout.write(JSON.stringify({ inputs, isDecoded, rssMiB, heapMiB: heap / mib }));
