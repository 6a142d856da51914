// The engine as compiled, or with one bug planted in it: a second copy of its modules under the bug's name, made by a loader
// that rewrites one text of one file in memory. Nothing of this is in the product.

import { register } from 'node:module';

let isRegistered = false;
const copies = new Map();
const settingsMax = 5_000;

const files = {
  config: 'config/load.js',
  engine: 'engine.js',
  codec: 'exchange/kalshi/codec.js',
  requests: 'exchange/kalshi/requests.js',
  shell: 'exchange/kalshi/shell.js',
  scheduler: 'log-scheduler.js',
  account: 'domain/account.js',
  accountCodec: 'domain/account-codec.js',
};

/** The modules the simulation needs of the engine; `bug`: a name in `planted-bugs.mjs`, or null. */
export function engineModules(bug = null) {
  let copy = copies.get(bug);
  if (copy === undefined) {
    copy = load(bug);
    copies.set(bug, copy);
  }
  return copy;
}

/** Settings by flags alone, no file and no environment; checked once, since many seeds have the same. */
function remembering(loadConfig) {
  const known = new Map();
  return ({ seed, ...flags }) => {
    const key = JSON.stringify(flags);
    let settings = known.get(key);
    if (settings === undefined) {
      const read = loadConfig({ env: {}, file: null, flags });
      if (!read.ok) throw new Error(read.error.map(({ message }) => message).join('; '));
      ({ settings } = read.value);
      if (known.size >= settingsMax) known.clear();
      known.set(key, settings);
    }
    return { ...settings, seed };
  };
}

async function load(bug) {
  if (bug !== null && !isRegistered) {
    register('./planted-bugs-loader.mjs', import.meta.url);
    isRegistered = true;
  }
  const suffix = bug === null ? '' : `?bug=${bug}`;
  const loaded = {};
  for (const [name, file] of Object.entries(files))
    loaded[name] = await import(new URL(`../../dist/${file}${suffix}`, import.meta.url).href);
  return {
    settingsOf: remembering(loaded.config.loadConfig),
    Engine: loaded.engine.Engine,
    kalshiCodec: loaded.codec.kalshiCodec,
    planOf: loaded.requests.planOf,
    cursorOf: loaded.shell.cursorOf,
    LogScheduler: loaded.scheduler.LogScheduler,
    applyRecord: loaded.account.applyRecord,
    encodeAccount: loaded.accountCodec.encodeAccount,
  };
}
