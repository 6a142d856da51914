import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  asyncScheduler,
  concatMap,
  from,
  interval,
  merge,
  Observable,
  type SchedulerLike,
  startWith,
} from 'rxjs';
import { type Micros, micros } from '../domain/units.js';
import type { OperatorCommand } from '../messages/input.js';
import {
  addressedTo,
  type ControlName,
  controlFolder,
  controlNames,
} from '../runtime/control-requests.js';
import type { OperatorRequest } from '../runtime/inlets.js';

/** Shell code: real files and real time. What it finds enters the engine as an input. */

const pollMs = 500;
const whyMax = 200;

const commandOf = (name: ControlName, why: string): OperatorCommand =>
  name === 'resume' ? { kind: 'resume', why } : { kind: 'kill', level: name, why };

const trueUpName = 'true_up';
/** As many digits as a request may have, micros. */
export const trueUpMicrosMax = 999_999_999_999;

/** A request as it was found. */
type Found = Omit<OperatorRequest, 'isLeftOver'>;

/** Leaves a correction of Claude's bills for the books of `home`. False: an earlier one still waits to be taken. */
export function requestTrueUp(dataDir: string, home: string, amount: Micros, why: string): boolean {
  const folder = controlFolder(dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, addressedTo(trueUpName, home));
  if (existsSync(path)) return false;
  const draft = join(folder, `.${trueUpName}.draft`);
  writeFileSync(draft, `${amount} ${why}`);
  renameSync(draft, path);
  return true;
}

/** Micro-dollars and a reason; what reads otherwise is put aside, not guessed at. */
function takeTrueUp(path: string): readonly Found[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch {
    return [];
  }
  const [, amount, why = ''] = /^(-?\d{1,12})(?: (.*))?$/s.exec(text) ?? [];
  if (amount === undefined) {
    renameSync(path, join(dirname(path), `${trueUpName}.refused`));
    return [];
  }
  // Booked twice it would be wrong, so it is removed before: at worst it has to be asked for again.
  rmSync(path, { force: true });
  const command = {
    kind: 'true_up',
    amount: micros(Number(amount)),
    why: why.slice(0, whyMax),
  } as const;
  return [{ command, kept: () => {} }];
}

/** Tells one file from another that was left under the same name later. Null: there is none. */
function identityOf(path: string): string | null {
  try {
    const { ino, mtimeNs } = lstatSync(path, { bigint: true });
    return `${ino}:${mtimeNs}`;
  } catch {
    return null;
  }
}

/**
 * Takes what is there now. A kill or resume is removed once its latch is on disk, so that it outlives a process that dies
 * in between; `taken` keeps it from being taken twice until then. One that was left anew meanwhile is another request.
 */
function takeAll(folder: string, home: string, taken: Map<string, string>): readonly Found[] {
  let names: readonly string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const trueUp = addressedTo(trueUpName, home);
  const trueUps = names.includes(trueUp) ? takeTrueUp(join(folder, trueUp)) : [];
  const kills = controlNames.flatMap((name) =>
    [name, addressedTo(name, home)].flatMap((file) => takeKill(folder, name, file, taken)),
  );
  return [...kills, ...trueUps];
}

function takeKill(
  folder: string,
  name: ControlName,
  file: string,
  taken: Map<string, string>,
): readonly Found[] {
  const path = join(folder, file);
  const identity = identityOf(path);
  if (identity === null || taken.get(file) === identity) return [];
  let why = '';
  try {
    why = readFileSync(path, 'utf8').trim().slice(0, whyMax);
  } catch {
    // An unreadable request still counts: the name alone says what is wanted.
  }
  taken.set(file, identity);
  const kept = (): void => {
    if (identityOf(path) === identity) rmSync(path, { force: true });
    if (taken.get(file) === identity) taken.delete(file);
  };
  return [{ command: commandOf(name, why === '' ? `file ${file}` : why), kept }];
}

const nudges = (folder: string): Observable<unknown> =>
  new Observable((subscriber) => {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const watcher = watch(folder, { persistent: false }, () => subscriber.next(null));
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      // The poll alone has to do.
      return undefined;
    }
  });

/** The operator's requests, as files in the control folder appear. Needs no page, no model and no settings file. */
export const controlFiles = (
  dataDir: string,
  home: string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<OperatorRequest> => {
  const folder = controlFolder(dataDir);
  const taken = new Map<string, string>();
  return merge(nudges(folder), interval(pollMs, scheduler)).pipe(
    startWith(null),
    concatMap((_, look) =>
      from(takeAll(folder, home, taken).map((found) => ({ ...found, isLeftOver: look === 0 }))),
    ),
  );
};
