import { withSetting } from '../../config/edit.js';
import type { ConfigFile } from '../../config/file.js';
import { type Layered, mergeLayers } from '../../config/layers.js';
import { loadConfig } from '../../config/load.js';
import type { ConfigProblem } from '../../config/problems.js';
import { applyReload, type Waiting } from '../../config/reload.js';
import { keyOfEnv, metaOf, type SettingKey, type Settings } from '../../config/schema.js';
import { err, ok, type Result } from '../../domain/result.js';
import { fileValueOf, onlyWay } from '../../messages/setting-values.js';
import type { SettingProblem } from '../../messages/settings.js';
import type { ConfigPlan } from '../plan.js';
import { pageRuleOf } from './page-rules.js';

/** What a change is decided by: the file as it is, the layers above it, and what the engine says is in force. */
export type Standing = {
  readonly plan: ConfigPlan;
  readonly file: ConfigFile | null;
  readonly running: Settings;
};

export type Decided = {
  /** The whole file as it is to be. */
  readonly text: string;
  /** What is in force once the engine has taken it. */
  readonly settings: Settings;
  /** Asked for, in the order asked. */
  readonly keys: readonly SettingKey[];
};

type Change = { readonly key: SettingKey; readonly text: string | null };

/** What to put in the file by hand. */
const lineFor = ({ key, text }: Change): string | null =>
  text === null
    ? null
    : `${JSON.stringify(key)}: ${JSON.stringify(fileValueOf(metaOf(key).rule, text))},`;

/** The file may do what a page may not; what is hot and no cap needs no restart for it. */
function byHand({ key, text }: Change, path: string): string {
  const { hot, riskCap } = metaOf(key);
  const rest = hot && riskCap === undefined ? '' : ' and restart';
  return `${text === null ? `take ${key} out of ${path}` : `put the line into ${path}`}${rest}`;
}

/** Why this setting cannot be changed from a page, whatever the value. */
function barred(change: Change, layered: Layered | undefined, path: string): SettingProblem | null {
  const { key } = change;
  const meta = metaOf(key);
  const problem = (code: string, text: string, line: string | null = null): SettingProblem => ({
    env: meta.env,
    code,
    text: `${meta.env}: ${text}`,
    line,
  });
  const rule = pageRuleOf(key);
  if (meta.environmentOnly === true || meta.sensitive === true)
    return problem('never_from_page', 'it can only be set in the environment');
  if (layered?.origin === 'env' || layered?.origin === 'flag') {
    const where = layered.origin === 'env' ? 'environment' : 'command line';
    return problem('outranked', `it is set by the ${where}, which outranks the file`);
  }
  if (rule.kind === 'never')
    return problem(
      'never_from_page',
      `${rule.because} ${sentence(byHand(change, path))}`,
      lineFor(change),
    );
  if (rule.kind === 'not_hot')
    return problem(
      'needs_restart',
      `it takes effect at a start; ${byHand(change, path)}`,
      lineFor(change),
    );
  return null;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** As the loader said it of the file as it would be, which nobody has: a place in it helps nobody. */
function loaderProblem({ code, subject, message }: ConfigProblem, path: string): SettingProblem {
  const key = keyOfEnv.get(subject);
  const env = key === undefined ? envOf(subject) : subject;
  const text = message.startsWith(`${path}:`)
    ? message.slice(path.length).replace(/^(?::\d+)+: /, '')
    : message;
  return { env, code, text, line: null };
}

/** The environment name of what a problem is about; null when it is the file. */
function envOf(subject: string): string | null {
  for (const [env, key] of keyOfEnv) if (key === subject) return env;
  return null;
}

function loosened(waiting: Waiting, change: Change, path: string): SettingProblem {
  const { env } = metaOf(waiting.key);
  const text = `${env}: a page may tighten a risk cap, never loosen it; ${byHand(change, path)}`;
  return { env, code: 'loosens_cap', text, line: lineFor(change) };
}

/** What goes the way that a page may not; what cannot be compared does. */
function wrongWay(change: Change, from: Settings, to: Settings, path: string): SettingProblem[] {
  const { key } = change;
  const rule = pageRuleOf(key);
  if (rule.kind !== 'one_way') return [];
  const [before, after] = [Number(from[key]), Number(to[key])];
  if (rule.way === 'up' ? after >= before : after <= before) return [];
  const { env, rule: values } = metaOf(key);
  const text = `${env}: ${onlyWay(values, rule)} ${sentence(byHand(change, path))}`;
  return [{ env, code: 'one_way_from_page', text, line: lineFor(change) }];
}

/**
 * What a change asked for on the page leads to, or everything that stands against it. The same loader as the engine's has
 * the last word, so what is decided here is what the engine will take from the file.
 */
export function decideChange(
  { plan, file, running }: Standing,
  wanted: Readonly<Record<string, string | null>>,
): Result<Decided, readonly SettingProblem[]> {
  const layers = mergeLayers(plan.env, file, plan.flags);
  const problems: SettingProblem[] = [];
  const changes: Change[] = [];
  for (const [env, text] of Object.entries(wanted)) {
    const key = keyOfEnv.get(env);
    if (key === undefined) {
      problems.push({ env, code: 'unknown_name', text: `${env}: no such setting`, line: null });
      continue;
    }
    const change = { key, text };
    const problem = barred(change, layers.values.get(key), plan.path);
    if (problem !== null) problems.push(problem);
    changes.push(change);
  }
  if (problems.length > 0) return err(problems);
  let text = file?.text ?? '';
  for (const change of changes) {
    const { rule } = metaOf(change.key);
    const value = change.text === null ? undefined : fileValueOf(rule, change.text);
    text = withSetting(text, change.key, value);
  }
  const loaded = loadConfig({ ...plan, file: { path: plan.path, text } });
  const told = (found: readonly ConfigProblem[]) =>
    err(found.map((problem) => loaderProblem(problem, plan.path)));
  if (!loaded.ok) return told(loaded.error);
  const change = applyReload(running, loaded.value);
  if (!change.ok) return told(change.error);
  const { waiting, settings } = change.value;
  const against = changes.flatMap((asked) => [
    ...waiting
      .filter(({ key }) => key === asked.key)
      .map((wait) => loosened(wait, asked, plan.path)),
    ...wrongWay(asked, running, settings, plan.path),
  ]);
  if (against.length > 0) return err(against);
  return ok({ text, settings, keys: changes.map(({ key }) => key) });
}
