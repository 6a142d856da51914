import { join } from 'node:path';
import type { Clock } from '../../clock.js';
import type { ConfigFile } from '../../config/file.js';
import { readConfigFile } from '../../config/read.js';
import { metaOf, type SettingKey, type Settings, spell } from '../../config/schema.js';
import { limits } from '../../limits.js';
import type { SettingProblem, SettingsApplied, SettingsRefused } from '../../messages/settings.js';
import type { ConfigPlan } from '../plan.js';
import { type Answer, json, type Route, refused } from '../route.js';
import { fileRevision, type InForce, settingsAnswer } from './answers.js';
import { decideChange } from './change.js';
import { SettingsHistory } from './history.js';
import { readRequest } from './request.js';
import { readHistory, replaceFile } from './settings-file.js';

export type SettingsPorts = {
  /** Null: nothing that runs could take a change. */
  readonly plan: ConfigPlan | null;
  /** The ledger's directory, where the history is kept; null: it is kept nowhere. */
  readonly home: string | null;
  /** Null: the engine has not said yet. */
  readonly inForce: () => InForce | null;
  readonly clock: Pick<Clock, 'realNow' | 'setTimer' | 'monotonicMs'>;
};

/** Why a change, or the whole of a request, came to nothing; what stands against single settings is beside it. */
export type SettingsFailure =
  | 'no_engine'
  | 'bad_request'
  | 'settings_moved'
  | 'change_refused'
  | 'file_unreadable'
  | 'file_not_written';

const fail = (status: number, code: SettingsFailure, text: string): Answer =>
  refused(status, code, text);

const noEngine = fail(503, 'no_engine', 'no engine runs here whose settings could be seen');

const refusal = (
  status: 409 | 422,
  code: SettingsFailure,
  text: string,
  problems: readonly SettingProblem[] = [],
): Answer => json(status, { error: { code, text }, problems } satisfies SettingsRefused);

const sameValues = (keys: readonly SettingKey[], one: Settings, other: Settings): boolean =>
  keys.every((key) => JSON.stringify(one[key]) === JSON.stringify(other[key]));

/** Looks again and again, for a while, whether something is so. */
function within(clock: SettingsPorts['clock'], isSo: () => boolean): Promise<boolean> {
  const end = clock.monotonicMs() + limits.settingsConfirmMsMax;
  return new Promise((resolve) => {
    const look = (): void => {
      if (isSo()) resolve(true);
      else if (clock.monotonicMs() >= end) resolve(false);
      else clock.setTimer(limits.settingsConfirmEveryMs, look);
    };
    look();
  });
}

/** `GET` and `POST /api/settings`: the engine's settings, and changes of its file, which it watches. */
export function settingsRoutes(ports: SettingsPorts): readonly Route[] {
  const { plan, home, inForce, clock } = ports;
  if (plan === null) {
    const handle = (): Answer => noEngine;
    return [
      { method: 'GET', path: '/api/settings', access: 'read', handle },
      { method: 'POST', path: '/api/settings', access: 'full', handle },
    ];
  }
  const read = () => readConfigFile(plan.path, false);
  const atStart = read();
  const kept = home === null ? null : join(home, 'settings-history.jsonl');
  const history = new SettingsHistory(
    {
      read: () => (kept === null ? null : readHistory(kept)),
      // A history that cannot be written costs no change.
      write: (text) => void (kept === null || replaceFile(kept, text)),
      now: clock.realNow,
    },
    atStart.ok ? atStart.value : null,
  );

  const show = (): Answer => {
    const running = inForce();
    if (running === null) return noEngine;
    const file = read();
    if (!file.ok) return fail(500, 'file_unreadable', 'the settings file cannot be read');
    history.see(file.value, 'file');
    return json(200, settingsAnswer(plan, file.value, running, history));
  };

  const change = async (body: unknown): Promise<Answer> => {
    const request = readRequest(body);
    if (!request.ok) return fail(400, 'bad_request', request.error);
    const running = inForce();
    if (running === null) return noEngine;
    const file = read();
    if (!file.ok) return fail(500, 'file_unreadable', 'the settings file cannot be read');
    history.see(file.value, 'file');
    if (request.value.revision !== fileRevision(file.value))
      return refusal(
        409,
        'settings_moved',
        'somebody has changed the settings file since this page read it; look at what it says now and apply again',
      );
    const { changes } = request.value;
    const standing = { plan, file: file.value, running: running.settings };
    const decided = decideChange(standing, changes);
    if (!decided.ok) return refusal(422, 'change_refused', 'nothing was changed', decided.error);
    const { text, settings, keys } = decided.value;
    const written: ConfigFile = { path: plan.path, text };
    const problem = text === file.value?.text ? null : replaceFile(plan.path, text);
    if (problem !== null)
      return fail(500, 'file_not_written', `the settings file cannot be written (${problem})`);
    history.see(written, 'page');
    const isConfirmed = await within(clock, () =>
      sameValues(keys, inForce()?.settings ?? running.settings, settings),
    );
    return json(200, {
      revision: fileRevision(written),
      inForce: inForce()?.revision ?? running.revision,
      applied: keys
        .filter((key) => !sameValues([key], running.settings, settings))
        .map((key) => ({
          env: metaOf(key).env,
          before: spell(key, running.settings[key]),
          after: spell(key, settings[key]),
        })),
      isConfirmed,
    } satisfies SettingsApplied);
  };

  return [
    { method: 'GET', path: '/api/settings', access: 'read', handle: show },
    { method: 'POST', path: '/api/settings', access: 'full', handle: ({ body }) => change(body) },
  ];
}
