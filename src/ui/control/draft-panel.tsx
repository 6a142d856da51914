import { Copied } from './copied.js';
import { argumentIn, emptyDraft, presetOfDraft, withArgument } from './draft.js';
import { catalog, draft, draftChosen, draftProblems } from './model.js';
import { type Argument, presets } from './presets.js';
import { commandLine, commandWithFile, configText, takesFile } from './texts.js';

/** What one sets out to do, and what its command asks for itself. */
export function PresetPicker() {
  const preset = presetOfDraft(draft.value);
  return (
    <section class="presets" aria-label="Preset">
      <div class="preset-row" role="radiogroup" aria-label="Preset">
        {presets.map(({ id, title }) => (
          <label class={`preset${id === preset.id ? ' is-chosen' : ''}`} key={id}>
            <input
              type="radio"
              name="preset"
              value={id}
              checked={id === preset.id}
              onInput={() => {
                draft.value = { ...draft.value, preset: id };
              }}
            />
            {title}
          </label>
        ))}
      </div>
      <p class={preset.id === 'live' ? 'notice bad' : 'preset-about'}>{preset.about}</p>
      {preset.arguments.length === 0 ? null : (
        <div class="arguments">
          {preset.arguments.map((one) => (
            <ArgumentField one={one} key={one.name} />
          ))}
        </div>
      )}
    </section>
  );
}

function ArgumentField({ one }: { readonly one: Argument }) {
  const value = argumentIn(draft.value, one.name);
  const id = `argument-${one.name}`;
  const put = (text: string): void => {
    draft.value = withArgument(draft.value, one.name, text);
  };
  return (
    <div class="argument">
      <label for={id}>{one.label}</label>
      {one.kind === 'switch' ? (
        <input
          id={id}
          type="checkbox"
          aria-describedby={`${id}-hint`}
          checked={value === 'true'}
          onInput={(event) => put(String(event.currentTarget.checked))}
        />
      ) : (
        <input
          id={id}
          type="text"
          inputMode={one.kind === 'number' ? 'decimal' : 'text'}
          autocomplete="off"
          spellcheck={false}
          required={one.isRequired}
          aria-describedby={`${id}-hint`}
          value={value}
          onInput={(event) => put(event.currentTarget.value)}
        />
      )}
      <small class="soft" id={`${id}-hint`}>
        {one.hint}
      </small>
    </div>
  );
}

/** What the draft stands for, to copy. */
export function DraftPanel() {
  const preset = presetOfDraft(draft.value);
  const problems = draftProblems.value;
  const missing = preset.arguments.filter(
    ({ name, isRequired }) => isRequired && argumentIn(draft.value, name).trim() === '',
  );
  const isClosed = problems.length > 0 || missing.length > 0;
  return (
    <aside class="side" id="side" aria-label="What it stands for">
      <p class="side-head">
        <strong>{preset.title}</strong>
        <span class="soft">
          {draftChosen.value.length === 1
            ? '1 setting differs'
            : `${draftChosen.value.length} settings differ`}{' '}
          from the defaults
        </span>
        <button
          type="button"
          onClick={() => {
            draft.value = { ...emptyDraft, preset: preset.id };
          }}
        >
          Clear
        </button>
      </p>
      {isClosed ? (
        <ul class="notice bad">
          {problems.map(({ env, text }) => (
            <li key={env + text}>
              <a href={`#field-${env}`}>{env}</a>: {text}
            </li>
          ))}
          {missing.map(({ name, label }) => (
            <li key={name}>
              <a href={`#argument-${name}`}>{label}</a> is needed.
            </li>
          ))}
        </ul>
      ) : null}
      <Copied
        id="command"
        title="Command line"
        text={commandLine(draft.value, catalog)}
        isClosed={isClosed}
      />
      {takesFile(draft.value) ? (
        <>
          <p class="or soft">
            or a file and a shorter line; what is in the file can be changed while the engine runs
          </p>
          <Copied
            id="file"
            title="config.jsonc"
            text={configText(draft.value, catalog)}
            isClosed={isClosed}
          />
          <Copied
            id="short-command"
            title="Command line with the file"
            text={commandWithFile(draft.value, catalog)}
            isClosed={isClosed}
          />
        </>
      ) : null}
      <ul class="notes">
        <li>
          Run it in the project’s folder, after <code>npm run build</code>.
        </li>
        {preset.needsKey ? (
          <li>
            Keys stay in your shell: <code>KALSHI_API_KEY_ID</code> and{' '}
            <code>KALSHI_PRIVATE_KEY_PATH</code>. This page never asks for one, and keeps none.
          </li>
        ) : null}
        {preset.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </aside>
  );
}
