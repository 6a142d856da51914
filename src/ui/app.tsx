import { Drawer } from './drawer/drawer.js';
import { Calibration } from './panels/calibration.js';
import { Decisions } from './panels/decisions.js';
import { Equity } from './panels/equity.js';
import { Events } from './panels/events.js';
import { Funnel } from './panels/funnel.js';
import { Help } from './panels/help.js';
import { Limits } from './panels/limits.js';
import { Log } from './panels/log.js';
import { Login } from './panels/login.js';
import { Markets } from './panels/markets.js';
import { Orders, Positions } from './panels/positions.js';
import { Replay } from './panels/replay.js';
import { Tiles } from './panels/tiles.js';
import { oldSince, Top } from './panels/top.js';
import { Treasury } from './panels/treasury.js';
import { header, isAtRest, stream } from './store.js';

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
          <Replay />
          <Tiles />
          <div class={isAtRest.value ? 'grid at-rest' : 'grid'}>
            <Equity />
            {isAtRest.value ? null : <Limits />}
            <Decisions />
            <Funnel />
            <Positions />
            <Orders />
            <Markets />
            <Events />
            <Calibration />
            <Treasury />
            {isAtRest.value ? null : <Log />}
          </div>
        </main>
      )}
      <Drawer />
      <Help />
    </>
  );
}
