import type { ComponentChildren } from 'preact';
import { isSameValue } from '../../messages/setting-values.js';
import type { SettingAbout, SettingRow } from '../../messages/settings.js';
import { isForPeople, presetOfDraft, valueIn, withValue } from './draft.js';
import { Field } from './field.js';
import {
  catalog,
  draft,
  draftChosen,
  draftProblems,
  edited,
  edits,
  isOnlyChanged,
  search,
} from './model.js';
import { closedBecause, verdictOf } from './verdict.js';

const shown = (text: string): string => (text === '' ? 'not set' : text);

function isFound({ env, key, description, section }: SettingAbout): boolean {
  const all = `${env} ${key} ${description} ${section}`.toLowerCase();
  return search.value
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

type SectionsProps<About extends SettingAbout> = {
  readonly settings: readonly About[];
  readonly isChanged: (about: About) => boolean;
  readonly field: (about: About) => ComponentChildren;
};

/** The settings in their groups; one without a setting to show is left out. */
function Sections<About extends SettingAbout>({
  settings,
  isChanged,
  field,
}: SectionsProps<About>) {
  const visible = settings.filter(
    (about) => isFound(about) && (!isOnlyChanged.value || isChanged(about)),
  );
  if (visible.length === 0) return <p class="empty">No setting has that.</p>;
  const titles = [...new Set(visible.map(({ section }) => section))];
  return (
    <>
      {titles.map((title) => {
        const inside = visible.filter(({ section }) => section === title);
        const changed = inside.filter(isChanged).length;
        return (
          <section class="group" key={title} aria-label={title}>
            <h2>
              {title}
              {changed === 0 ? null : <span class="soft"> · {changed} changed</span>}
            </h2>
            {inside.map(field)}
          </section>
        );
      })}
    </>
  );
}

function tagsOf({ hot, riskCap, environmentOnly }: SettingAbout): readonly string[] {
  return [
    ...(riskCap === null ? [] : ['risk cap']),
    ...(hot ? ['hot'] : []),
    ...(environmentOnly ? ['environment only'] : []),
  ];
}

/** Every setting of a run that is to be started. */
export function DraftSections() {
  const preset = presetOfDraft(draft.value);
  const changed = new Set(draftChosen.value.map(({ about }) => about.env));
  const field = (about: SettingAbout) => {
    const value = valueIn(draft.value, about);
    const problem = draftProblems.value.find(({ env }) => env === about.env);
    const isFixed = preset.fixed[about.env] !== undefined;
    return (
      <Field
        key={about.env}
        about={about}
        value={value}
        closed={isFixed ? `Set by the preset “${preset.title}”.` : null}
        note={problem === undefined ? null : { text: problem.text, tone: 'bad' }}
        isChanged={changed.has(about.env)}
        usual={`Default: ${shown(about.default)}.`}
        tags={tagsOf(about)}
        onInput={(text) => {
          draft.value = withValue(draft.value, about, text);
        }}
        onReset={() => {
          draft.value = withValue(draft.value, about, about.default);
        }}
      />
    );
  };
  return (
    <Sections
      settings={catalog.settings.filter(isForPeople)}
      isChanged={({ env }) => changed.has(env)}
      field={field}
    />
  );
}

function noteOf(row: SettingRow, text: string) {
  const verdict = verdictOf(row, text);
  switch (verdict.kind) {
    case 'same':
      return null;
    case 'apply':
      return { text: 'Takes effect at once when applied.', tone: 'good' } as const;
    case 'invalid':
      return { text: verdict.why, tone: 'bad' } as const;
    case 'by_hand':
      return {
        text: `${verdict.why} To do it, put ${verdict.line} into the file${verdict.needsRestart ? ' and restart' : ''}.`,
        tone: 'warn',
      } as const;
  }
}

const originWords = {
  default: 'default',
  file: 'from the file',
  env: 'environment',
  flag: 'command line',
} as const;

const usualOf = ({ rule, value, default: initial }: SettingRow): string =>
  isSameValue(rule, value, initial)
    ? `In force: the default, ${shown(initial)}.`
    : `In force: ${shown(value)}. Default: ${shown(initial)}.`;

/** Every setting of the engine that runs. */
export function EngineSections({ settings }: { readonly settings: readonly SettingRow[] }) {
  const changed = new Set(edited.value.map(({ row }) => row.env));
  const put = (env: string, text: string): void => {
    edits.value = { ...edits.value, [env]: text };
  };
  const field = (row: SettingRow) => {
    const text = edits.value[row.env] ?? row.value;
    const waits = `The file says ${shown(row.inFile ?? row.default)}, which waits for a restart.`;
    const edit = noteOf(row, text);
    return (
      <Field
        key={row.env}
        about={row}
        value={text}
        closed={closedBecause(row)}
        note={edit ?? (row.waits ? { text: waits, tone: 'warn' } : null)}
        isChanged={changed.has(row.env)}
        usual={usualOf(row)}
        tags={[originWords[row.origin], ...tagsOf(row)]}
        onInput={(next) => put(row.env, next)}
        onReset={() => put(row.env, row.value)}
      />
    );
  };
  return <Sections settings={settings} isChanged={({ env }) => changed.has(env)} field={field} />;
}
