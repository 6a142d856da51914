/** Processes with deadlines: every wait ends, and nothing outlives the rig. */
import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

export const mainPath = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
/** Longest that any process may take to its end once it was asked. */
const endMsMax = 30_000;
const tailChars = 3_000;

const children = new Set();
/** What else has to be undone, whatever happens: mounts. */
const undone = new Set();

/** Something that was promised did not hold. `Skipped`: nothing could be tried here. */
export class Violation extends Error {}
export class Skipped extends Error {}

export const expectThat = (holds, text) => {
  if (holds !== true) throw new Violation(text);
};

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const now = () => performance.now();
/** A moment of the wall clock on this process's monotonic one. */
export const monotonicOf = (wallMs) => wallMs - performance.timeOrigin;

/** Waits until `look` finds something, and returns it; a violation with what the process said last when it does not. */
export async function until(what, look, { msMax = 60_000, everyMs = 5, log = () => '' } = {}) {
  const deadline = now() + msMax;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (now() > deadline) {
      throw new Violation(`not within ${msMax} ms: ${what}\n${log().slice(-tailChars)}`);
    }
    await sleep(everyMs);
  }
}

/** The same for something that ends by itself. */
export async function within(what, promise, msMax, log = () => '') {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(
      () => refuse(new Violation(`not within ${msMax} ms: ${what}\n${log().slice(-tailChars)}`)),
      msMax,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program; nothing of this process's environment but PATH reaches it. */
export function launch(file, args, { env = {}, cwd } = {}) {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  const running = {
    child,
    startedMs: now(),
    out: () => out,
    err: () => err,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    ended: new Promise((done) => {
      child.once('error', (error) => {
        err += error.message;
        children.delete(child);
        done({ code: null, signal: null, out, err });
      });
      child.once('close', (code, signal) => {
        children.delete(child);
        done({ code, signal, out, err });
      });
    }),
    /** Sends a signal and waits for the end; one that does not come is a violation, and the process is killed. */
    stop: async (signal, msMax = endMsMax) => {
      child.kill(signal);
      try {
        return await within(`the end after ${signal}`, running.ended, msMax, running.err);
      } finally {
        child.kill('SIGKILL');
      }
    },
  };
  return running;
}

/** `event-trading-bot ...args`. */
export const start = (args, env = {}, cwd) =>
  launch(process.execPath, [mainPath, ...args], { env, cwd });

/** Runs it to its end. */
export async function run(args, env, msMax = 60_000) {
  const running = start(args, env);
  try {
    return await within(args.join(' '), running.ended, msMax, running.err);
  } finally {
    running.child.kill('SIGKILL');
  }
}

export function onCleanUp(undo) {
  undone.add(undo);
  return () => {
    if (undone.delete(undo)) undo();
  };
}

/** Ends every process that was started here, stopped ones too. */
export function cleanUp() {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
  for (const undo of undone) undo();
  undone.clear();
}
process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => process.exit(signal === 'SIGINT' ? 130 : 143));
