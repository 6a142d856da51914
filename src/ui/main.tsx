import { render } from 'preact';
import { App } from './app.js';
import { startAsked } from './asked.js';
import { startClock } from './clock.js';
import { startDrawer } from './drawer/drawer.js';
import { startKeys } from './keys.js';
import { startReplay } from './panels/replay.js';
import { startStream } from './shared-stream.js';
import { enter } from './signed-in.js';
import { startTheme } from './theme.js';

const host = document.getElementById('page');
if (host !== null) {
  startTheme();
  startClock();
  startKeys();
  startDrawer();
  startReplay();
  startStream();
  startAsked();
  render(<App />, host);
  void enter();
}
