// `npm run chaos [-- --restarts N --rounds N --kill-ms-max N --seconds N --only a,b --seed N --json]`: the engine as compiled and a simulated exchange as
// processes, real sockets between them, and everything that can be done to either. Exit 1 with the scenario, the seed and the
// data directory of each violation; 2 for options it does not know.

import { scriptOptions, wrong } from '../support/script-options.mjs';
import { machine } from './machine.mjs';
import { network } from './network.mjs';
import { cleanUp, now, Skipped, Violation, within } from './processes.mjs';
import { restarts } from './restarts.mjs';

/** No scenario but the restarts takes longer, whatever hangs. */
const scenarioMsMax = 300_000;
const secondsPerRestartMax = 15;
const attemptsMax = 3;

const print = (text) => process.stderr.write(`${text}\n`);

const names = ['restarts', ...Object.keys(machine), ...Object.keys(network)];

function options() {
  const { values, whole } = scriptOptions({
    restarts: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '24' },
    'kill-ms-max': { type: 'string', default: '50' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  // None would hold without having been tried.
  for (const name of ['restarts', 'rounds'])
    if (whole(name) === 0) wrong(`--${name} must be at least 1`);
  const only = values.only?.split(',') ?? names;
  for (const name of only)
    if (!names.includes(name)) wrong(`no scenario "${name}"; there are: ${names.join(', ')}`);
  return {
    count: whole('restarts'),
    rounds: whole('rounds'),
    killMsMax: whole('kill-ms-max'),
    seconds: whole('seconds'),
    seed: whole('seed'),
    only,
    json: values.json,
  };
}

const { count, rounds, killMsMax, seconds, seed, only, json } = options();
const startedMs = now();
const scenarios = [];
let violations = 0;
const isOutOfTime = () => seconds !== null && now() - startedMs > seconds * 1_000;

/** Runs a scenario to its outcome; again where the engine gave up because this machine was too slow, as it should. */
async function outcomeOf(name) {
  const isRestarts = name === 'restarts';
  const scenario = { ...machine, ...network }[name];
  const msMax = isRestarts ? count * secondsPerRestartMax * 1_000 + scenarioMsMax : scenarioMsMax;
  const tell = (text) => print(`  ${name}: ${text}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const running = isRestarts
        ? restarts({ restarts: count, seed, tell, isOutOfTime })
        : scenario({ seed, rounds, killMsMax });
      return { outcome: 'held', told: (await within(`scenario ${name}`, running, msMax)) ?? {} };
    } catch (error) {
      cleanUp();
      const told = error.report ?? {};
      if (error instanceof Skipped) return { outcome: `skipped: ${error.message}`, told };
      if (attempt < attemptsMax && error.message.includes('(slow_disk)')) {
        print(
          `again  ${name}: three commits in a row took over a second; this machine is too busy`,
        );
        continue;
      }
      const where = error instanceof Violation ? '' : `\n${error.stack}`;
      print(`${name}, seed ${seed}: ${error.message}${where}`);
      print(`  npm run chaos -- --only "${name}" --seed ${seed}`);
      return { outcome: 'VIOLATED', told };
    }
  }
}

for (const name of only) {
  if (isOutOfTime()) {
    scenarios.push({ name, outcome: 'not run: out of time' });
    continue;
  }
  const beganMs = now();
  const { outcome, told } = await outcomeOf(name);
  if (outcome === 'VIOLATED') violations += 1;
  const took = (now() - beganMs) / 1_000;
  scenarios.push({ name, outcome, seconds: Math.round(took * 10) / 10, ...told });
  const facts = Object.keys(told).length === 0 ? '' : JSON.stringify(told);
  print(`${outcome === 'held' ? 'ok' : outcome}  ${name}  ${took.toFixed(1)} s  ${facts}`);
}

const of = (name) => scenarios.find((one) => one.name === name) ?? {};
const sums = of('restarts');
const kill = of('kill');
const skipped = scenarios.filter(({ outcome }) => outcome.startsWith('skipped')).length;
const notRun = scenarios.filter(({ outcome }) => outcome.startsWith('not run')).length;
const total = (now() - startedMs) / 1_000;
if (json)
  process.stdout.write(
    `${JSON.stringify({ schemaVersion: 1, seed, seconds: total, violations, scenarios })}\n`,
  );
const parts = [
  `${scenarios.length - skipped - notRun} scenarios in ${total.toFixed(0)} s`,
  ...(sums.kills === undefined
    ? []
    : [
        `${sums.compared} kill -9 restarts compared (${sums.kills} kills), ${sums.orders} orders, ${sums.fills} fills`,
      ]),
  ...(kill.rounds === undefined
    ? []
    : [
        `kill to last order at most ${kill.acceptedMsMax.toFixed(1)} ms from acceptance and ${kill.askedMsMax.toFixed(1)} ms from asking`,
      ]),
  ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ...(notRun > 0 ? [`${notRun} not run`] : []),
  `${violations} violations`,
];
print(parts.join('; '));
process.exit(violations === 0 && notRun === 0 ? 0 : 1);
