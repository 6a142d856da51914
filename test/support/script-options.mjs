// The command line of the scripts that prove things: what is wrong with it is said in a line, with exit code 2.

import { parseArgs } from 'node:util';

export const wrong = (text) => {
  process.stderr.write(`${text}\n`);
  process.exit(2);
};

/** `values` as typed, and `whole(name)`: one of them as a whole number, null where it was left out. */
export function scriptOptions(options) {
  let values;
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    wrong(error.message);
  }
  const whole = (name) => {
    const value = values[name];
    if (value === undefined) return null;
    if (!/^\d{1,15}$/.test(value)) wrong(`--${name} must be a whole number, was ${value}`);
    return Number(value);
  };
  return { values, whole };
}
