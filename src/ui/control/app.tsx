import { toggleTheme } from '../theme.js';
import { DraftPanel, PresetPicker } from './draft-panel.js';
import { EnginePanel } from './engine-panel.js';
import { engine, isForEngine, isOnlyChanged, search } from './model.js';
import { DraftSections, EngineSections } from './sections.js';

export function App() {
  const state = engine.value;
  const hasEngine = state.kind !== 'none';
  const isEngine = hasEngine && isForEngine.value;
  return (
    <>
      <header class="top">
        <div class="top-row">
          <h1>EventTradingBot · settings</h1>
          {hasEngine ? <Which /> : null}
          <div class="tools">
            <a class="button to-side" href="#side">
              {isEngine ? 'Changes' : 'Command'}
            </a>
            {hasEngine ? (
              <a class="button" href="/">
                Dashboard
              </a>
            ) : null}
            <button type="button" onClick={toggleTheme}>
              Theme
            </button>
          </div>
        </div>
      </header>
      <main class="control">
        <div class="fields">
          {isEngine ? null : <PresetPicker />}
          <Filter />
          {isEngine ? <OfEngine /> : <DraftSections />}
        </div>
        {isEngine ? (
          state.kind === 'there' ? (
            <EnginePanel answer={state.answer} lost={state.lost} />
          ) : null
        ) : (
          <DraftPanel />
        )}
      </main>
    </>
  );
}

/** Whether the settings are those of the engine that runs, or of one that is to be started. */
function Which() {
  const pick = (isEngine: boolean, title: string) => (
    <button
      type="button"
      aria-pressed={isForEngine.value === isEngine}
      onClick={() => {
        isForEngine.value = isEngine;
      }}
    >
      {title}
    </button>
  );
  return (
    <fieldset class="which" aria-label="Settings of">
      {pick(true, 'This engine')}
      {pick(false, 'A new run')}
    </fieldset>
  );
}

function OfEngine() {
  const state = engine.value;
  if (state.kind === 'there') return <EngineSections settings={state.answer.settings} />;
  if (state.kind !== 'away') return <p class="empty">Asking the engine …</p>;
  return (
    <div class="notice warn" role="alert">
      <p>{state.why}</p>
      {state.isSignedOut ? (
        <p>
          Sign in on the <a href="/">dashboard</a> and come back. A command line can be made
          without.
        </p>
      ) : null}
    </div>
  );
}

function Filter() {
  return (
    <search class="filter">
      <label for="search">Search</label>
      <input
        id="search"
        type="search"
        autocomplete="off"
        placeholder="name or meaning"
        value={search.value}
        onInput={(event) => {
          search.value = event.currentTarget.value;
        }}
      />
      <label class="only">
        <input
          type="checkbox"
          checked={isOnlyChanged.value}
          onInput={(event) => {
            isOnlyChanged.value = event.currentTarget.checked;
          }}
        />
        only what is changed
      </label>
    </search>
  );
}
