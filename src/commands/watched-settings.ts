import type { Observable } from 'rxjs';
import type { Flags } from '../config/layers.js';
import { loadConfig } from '../config/load.js';
import { settingsAtHome } from '../config/modes.js';
import type { ReadConfig } from '../config/read.js';
import type { ConfigChange } from '../config/reload.js';
import { configChanges } from '../config/watch.js';
import { ok } from '../domain/result.js';

/** Changes of the settings file of a run whose files lie in a home of their own, with the layers it was started with. */
export const watchedAtHome = (
  { loaded, path, file }: ReadConfig,
  flags: Flags,
  home: string,
): Observable<ConfigChange> =>
  configChanges({
    path,
    loaded: { ...loaded, settings: settingsAtHome(loaded, home) },
    file,
    load: (changed) => {
      const again = loadConfig({ env: process.env, file: changed, flags });
      return again.ok ? ok({ ...again.value, settings: settingsAtHome(again.value, home) }) : again;
    },
  });
