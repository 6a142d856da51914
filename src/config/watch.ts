import { statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  asyncScheduler,
  concatMap,
  debounceTime,
  defer,
  distinctUntilChanged,
  EMPTY,
  interval,
  map,
  merge,
  Observable,
  of,
  type SchedulerLike,
  skip,
  startWith,
} from 'rxjs';
import type { Result } from '../domain/result.js';
import type { ConfigFile } from './file.js';
import { sha256Hex } from './hash.js';
import type { LoadedConfig } from './load.js';
import type { ConfigProblem } from './problems.js';
import { readConfigFile } from './read.js';
import { applyReload, type ConfigChange } from './reload.js';

/** Shell code: real files and real time. What it finds enters the engine as an input. */

const debounceMs = 150;
const pollMs = 2_000;

const statMark = (path: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeMs}` : 'none';
};

/**
 * Something happened to the file. The directory is watched, not the file: a watch on a file ends at the first atomic
 * rename. Where the directory cannot be watched, the poll alone has to do.
 */
const nudges = (path: string): Observable<void> =>
  new Observable<void>((subscriber) => {
    try {
      const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === null || name === basename(path)) subscriber.next();
      });
      watcher.on('error', () => watcher.close());
      return () => watcher.close();
    } catch {
      return undefined;
    }
  });

const polls = (path: string, scheduler: SchedulerLike): Observable<void> =>
  defer(() =>
    interval(pollMs, scheduler).pipe(
      map(() => statMark(path)),
      startWith(statMark(path)),
      distinctUntilChanged(),
      skip(1),
      map(() => undefined),
    ),
  );

export type ConfigWatch = {
  readonly path: string;
  /** What the engine started with; `file` is what it was read from, null when there was none. */
  readonly loaded: LoadedConfig;
  readonly file: ConfigFile | null;
  /** Loads again, with the environment and flags of the start. */
  readonly load: (file: ConfigFile) => Result<LoadedConfig, ConfigProblem[]>;
  /** Real time. */
  readonly scheduler?: SchedulerLike;
};

/**
 * Says within a second what each change of the file leads to; writes that change nothing are silent. A file that
 * vanishes or no longer validates is `invalid`, and the last good settings stay. Never completes, never errors.
 */
export const configChanges = (options: ConfigWatch): Observable<ConfigChange> =>
  defer(() => {
    const { path, load } = options;
    const scheduler = options.scheduler ?? asyncScheduler;
    let settings = options.loaded.settings;
    let lastSeen = options.file === null ? 'none' : sha256Hex(options.file.text);
    const look = (): Observable<ConfigChange> => {
      const read = readConfigFile(path, true);
      const seen = read.ok && read.value !== null ? sha256Hex(read.value.text) : 'none';
      if (seen === lastSeen) return EMPTY;
      lastSeen = seen;
      if (!read.ok) return of({ kind: 'invalid', problems: [read.error] });
      if (read.value === null) return EMPTY;
      const wanted = load(read.value);
      if (!wanted.ok) return of({ kind: 'invalid', problems: wanted.error });
      const change = applyReload(settings, wanted.value);
      if (!change.ok) return of({ kind: 'invalid', problems: change.error });
      settings = change.value.settings;
      return of(change.value);
    };
    return merge(nudges(path), polls(path, scheduler)).pipe(
      // What was written between the start and this subscription is seen too.
      startWith(undefined),
      debounceTime(debounceMs, scheduler),
      concatMap(look),
    );
  });
