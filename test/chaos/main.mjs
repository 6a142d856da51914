// `npm run chaos [-- --restarts N --rounds N --seconds N --only a,b --seed N --json]`: the engine as compiled and a simulated exchange as
// processes, real sockets between them, and everything that can be done to either. Exit 1 with the scenario, the seed and the
// data directory of each violation; 2 for options it does not know.
import { parseArgs } from 'node:util';
import { machine } from './machine.mjs';
import { network } from './network.mjs';
import { cleanUp, now, Skipped, within } from './processes.mjs';
import { restarts } from './restarts.mjs';

/** No scenario but the restarts takes longer, whatever hangs. */
const scenarioMsMax = 300_000;
const secondsPerRestartMax = 15;

const print = (text) => process.stderr.write(`${text}\n`);
const wrong = (text) => {
  print(text);
  process.exit(2);
};

const names = ['restarts', ...Object.keys(machine), ...Object.keys(network)];

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        restarts: { type: 'string', default: '200' },
        rounds: { type: 'string', default: '24' },
        seconds: { type: 'string' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }));
  } catch (error) {
    wrong(error.message);
  }
  const whole = (name) => {
    const value = values[name];
    if (value === undefined) return null;
    if (!/^\d{1,9}$/.test(value)) wrong(`--${name} must be a whole number, was ${value}`);
    return Number(value);
  };
  const only = values.only?.split(',') ?? names;
  for (const name of only)
    if (!names.includes(name)) wrong(`no scenario "${name}"; there are: ${names.join(', ')}`);
  return {
    count: whole('restarts'),
    rounds: whole('rounds'),
    seconds: whole('seconds'),
    seed: whole('seed'),
    only,
    json: values.json,
  };
}

const { count, rounds, seconds, seed, only, json } = options();
const startedMs = now();
const scenarios = [];
let violations = 0;
const isOutOfTime = () => seconds !== null && now() - startedMs > seconds * 1_000;

for (const name of only) {
  if (isOutOfTime()) {
    scenarios.push({ name, outcome: 'not run: out of time' });
    continue;
  }
  const beganMs = now();
  const tell = (text) => print(`  ${name}: ${text}`);
  const isRestarts = name === 'restarts';
  const scenario = { ...machine, ...network }[name];
  const msMax = isRestarts ? count * secondsPerRestartMax * 1_000 + scenarioMsMax : scenarioMsMax;
  let outcome = 'held';
  let told = {};
  try {
    told =
      (await within(
        `scenario ${name}`,
        isRestarts
          ? restarts({ restarts: count, seed, tell, isOutOfTime })
          : scenario({ seed, rounds }),
        msMax,
      )) ?? {};
  } catch (error) {
    told = error.report ?? {};
    if (error instanceof Skipped) outcome = `skipped: ${error.message}`;
    else {
      outcome = 'VIOLATED';
      violations += 1;
      print(
        `${name}, seed ${seed}: ${error.message}\n${error.name === 'Error' || error.stack === undefined ? '' : error.stack.split('\n').slice(-3).join('\n')}\n  npm run chaos -- --only "${name}" --seed ${seed}`,
      );
    }
    cleanUp();
  }
  const took = (now() - beganMs) / 1_000;
  scenarios.push({ name, outcome, seconds: Math.round(took * 10) / 10, ...told });
  print(
    `${outcome === 'held' ? 'ok' : outcome}  ${name}  ${took.toFixed(1)} s  ${Object.keys(told).length === 0 ? '' : JSON.stringify(told)}`,
  );
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
