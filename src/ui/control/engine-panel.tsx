import type { SettingsAnswer, SettingsChange } from '../../messages/settings.js';
import { moment } from '../format.js';
import { Copied } from './copied.js';
import { type Edit, edited, editProblems, edits } from './model.js';
import { isSending, outcome, send, takenBack } from './server.js';

const shown = (text: string | null): string =>
  text === null ? 'not in the file' : text === '' ? 'empty' : text;

type PanelProps = {
  readonly answer: SettingsAnswer;
  /** Why the engine has not been heard; null: it has. */
  readonly lost: string | null;
};

/** What is to change in the engine that runs, what came of it, and what was changed before. */
export function EnginePanel({ answer, lost }: PanelProps) {
  return (
    <aside class="side" id="side" aria-label="Changes">
      <p class="side-head">
        <strong>Changes</strong>
        <span class="soft">
          in force <code>{answer.inForce.slice(0, 12)}</code>
        </span>
        <button
          type="button"
          disabled={edited.value.length === 0}
          onClick={() => {
            edits.value = {};
          }}
        >
          Clear
        </button>
      </p>
      {answer.problems.length === 0 ? null : (
        <ul class="notice bad">
          {answer.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
          <li>
            The last good settings are in force. Mend the file; until then nothing can be applied.
          </li>
        </ul>
      )}
      {lost === null ? null : (
        <p class="notice bad" role="alert">
          Shown is what was heard last: {lost}
        </p>
      )}
      <Pending isLost={lost !== null} />
      <ByHand path={answer.file.path} />
      <Came />
      <p class="soft">
        Applied changes are written into <code>{answer.file.path}</code>
        {answer.file.exists ? '' : ' (made when the first one is applied)'}: the engine watches it,
        and later runs there read it, too.
      </p>
      <History rows={answer.history} />
    </aside>
  );
}

function Pending({ isLost }: { readonly isLost: boolean }) {
  const ready = edited.value.filter(({ verdict }) => verdict.kind === 'apply');
  const invalid = edited.value.filter(({ verdict }) => verdict.kind === 'invalid');
  const problems = editProblems.value;
  if (ready.length + invalid.length === 0)
    return (
      <p class="empty">
        Change a value: what is hot takes effect at once; a risk cap, or what else holds trading
        back, only the careful way.
      </p>
    );
  const isReady = !isLost && ready.length > 0 && invalid.length === 0 && problems.length === 0;
  return (
    <section aria-label="To apply">
      <ul class="diff">
        {ready.map((edit) => (
          <Difference edit={edit} key={edit.row.env} />
        ))}
      </ul>
      {invalid.map(({ row }) => (
        <p class="notice bad" key={row.env}>
          <a href={`#field-${row.env}`}>{row.env}</a> is not valid.
        </p>
      ))}
      {problems.map(({ env, text }) => (
        <p class="notice bad" key={env + text}>
          {text}
        </p>
      ))}
      <button
        type="button"
        class="apply"
        disabled={!isReady || isSending.value}
        onClick={() => void send(Object.fromEntries(ready.map(({ row, text }) => [row.env, text])))}
      >
        {isSending.value
          ? 'Applying …'
          : `Apply ${ready.length} ${ready.length === 1 ? 'change' : 'changes'}`}
      </button>
    </section>
  );
}

const Difference = ({ edit: { row, text } }: { readonly edit: Edit }) => (
  <li>
    <a href={`#field-${row.env}`}>{row.env}</a>
    <span>
      <del>{shown(row.value)}</del> → <ins>{shown(text)}</ins> {row.unit}
    </span>
  </li>
);

function ByHand({ path }: { readonly path: string }) {
  const lines = edited.value.flatMap(({ row, verdict }) =>
    verdict.kind === 'by_hand' ? [{ ...verdict, env: row.env }] : [],
  );
  if (lines.length === 0) return null;
  return (
    <section class="by-hand" aria-label="Not from this page">
      <div class="notice warn">
        {lines.map(({ env, why }) => (
          <p key={env}>
            <a href={`#field-${env}`}>{env}</a>: {why}
          </p>
        ))}
        <p>
          Put this into <code>{path}</code>
          {lines.some(({ needsRestart }) => needsRestart) ? ' and restart the engine.' : '.'}
        </p>
      </div>
      <Copied
        id="lines"
        title="Lines for the file"
        text={lines.map(({ line }) => line).join('\n')}
      />
    </section>
  );
}

function Came() {
  const came = outcome.value;
  return (
    <div class="came" role="status">
      {came?.kind === 'applied' ? (
        <div class={`notice ${came.isConfirmed ? '' : 'warn'}`}>
          <p>
            {came.isConfirmed
              ? came.changes.length === 0
                ? 'Written. Nothing of what is in force changed by it.'
                : 'In force now:'
              : 'Written, and the engine has not said yet that it took it. Look at its log.'}
          </p>
          <Diff changes={came.changes} />
        </div>
      ) : null}
      {came?.kind === 'refused' ? (
        <div class="notice bad">
          <p>Not applied: {came.why}</p>
          {came.problems.map(({ env, text, line }) => (
            <p key={`${env}${text}`}>
              {text} {line === null ? null : <code>{line}</code>}
            </p>
          ))}
        </div>
      ) : null}
    </div>
  );
}

const Diff = ({ changes }: Pick<SettingsChange, 'changes'>) => (
  <ul class="diff">
    {changes.map(({ env, before, after }) => (
      <li key={env}>
        <span>{env}</span>
        <span>
          <del>{shown(before)}</del> → <ins>{shown(after)}</ins>
        </span>
      </li>
    ))}
  </ul>
);

const historyShownMax = 30;

function History({ rows }: { readonly rows: readonly SettingsChange[] }) {
  return (
    <section class="history" aria-labelledby="history-title">
      <h3 id="history-title">History</h3>
      {rows.length === 0 ? <p class="empty">The file has not changed yet.</p> : null}
      <ol>
        {rows.slice(0, historyShownMax).map((row) => (
          <li key={row.n}>
            <header>
              <span class="soft">
                {moment(row.at)} · {row.who === 'page' ? 'from a page' : 'in the file'}
              </span>
              <button
                type="button"
                class="link"
                disabled={isSending.value}
                aria-label={`Take back change ${row.n}`}
                onClick={() => void send(takenBack(row))}
              >
                take back
              </button>
            </header>
            <Diff changes={row.changes} />
          </li>
        ))}
      </ol>
    </section>
  );
}
