import { Decisions } from './panels/decisions.js';
import { Login } from './panels/login.js';
import { Tiles } from './panels/tiles.js';
import { oldSince, Top } from './panels/top.js';
import { header, stream } from './store.js';

export function App() {
  if (stream.value.kind === 'signed-out') return <Login />;
  return (
    <>
      <a class="skip" href="#decisions">
        To the decisions
      </a>
      <Top />
      {header.value === undefined ? (
        <main class="waiting">
          <p>Waiting for the engine’s first word …</p>
        </main>
      ) : (
        <main class={oldSince.value === null ? undefined : 'is-old'}>
          <Tiles />
          <div class="grid">
            <Decisions />
          </div>
        </main>
      )}
    </>
  );
}
