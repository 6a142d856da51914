import type { SettingAbout } from '../../messages/settings.js';

type FieldProps = {
  readonly about: SettingAbout;
  readonly value: string;
  /** Why it cannot be set here; null: it can. */
  readonly closed: string | null;
  /** What is wrong with the value, or what will come of it. */
  readonly note: { readonly text: string; readonly tone: 'bad' | 'warn' | 'good' } | null;
  readonly isChanged: boolean;
  /** What it is compared with: a default, or what is in force. */
  readonly usual: string;
  readonly tags: readonly string[];
  readonly onInput: (text: string) => void;
  readonly onReset: () => void;
};

/** One setting: its name, its field, its unit, what it means and what it would be otherwise. */
export function Field(props: FieldProps) {
  const { about, closed, note, isChanged, usual, tags, onReset } = props;
  const id = `field-${about.env}`;
  return (
    <div class={`field${isChanged ? ' is-changed' : ''}${closed === null ? '' : ' is-closed'}`}>
      <div class="field-name">
        <label for={id}>{about.env}</label>
        {tags.map((tag) => (
          <span class="tag" key={tag}>
            {tag}
          </span>
        ))}
      </div>
      <div class="field-value">
        <Entry id={id} {...props} />
        {about.unit === '' ? null : <span class="unit">{about.unit}</span>}
        {isChanged && closed === null ? (
          <button type="button" class="link" onClick={onReset} aria-label={`Undo ${about.env}`}>
            undo
          </button>
        ) : null}
      </div>
      <p class="field-about" id={`${id}-about`}>
        <Prose text={about.description} /> <span class="soft">{usual}</span>
      </p>
      {closed === null ? null : <p class="field-note soft">{closed}</p>}
      {note === null ? null : (
        <p class={`field-note ${note.tone}`} id={`${id}-note`}>
          {note.text}
        </p>
      )}
    </div>
  );
}

/** A text in which backticks mark what is code. */
const Prose = ({ text }: { readonly text: string }) => (
  <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code key={at}>{part}</code>))}</>
);

function Entry({ about, value, closed, note, onInput, id }: FieldProps & { readonly id: string }) {
  const { rule } = about;
  const common = {
    id,
    disabled: closed !== null,
    'aria-describedby': note === null ? `${id}-about` : `${id}-note ${id}-about`,
    'aria-invalid': note?.tone === 'bad',
  } as const;
  if (rule.kind === 'flag' || rule.kind === 'choice') {
    const words = rule.kind === 'flag' ? ['true', 'false'] : rule.words;
    return (
      <select {...common} value={value} onInput={(event) => onInput(event.currentTarget.value)}>
        {words.includes(value) ? null : <option value={value}>{value}</option>}
        {words.map((word) => (
          <option value={word} key={word}>
            {word}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      type="text"
      class={rule.kind === 'number' ? 'is-number' : ''}
      inputMode={rule.kind === 'number' ? 'decimal' : 'text'}
      autocomplete="off"
      spellcheck={false}
      value={value}
      onInput={(event) => onInput(event.currentTarget.value)}
    />
  );
}
