import { render } from 'preact';
import { App } from './app.js';
import { startClock } from './clock.js';
import { startDrawer } from './drawer/drawer.js';
import { startKeys } from './keys.js';
import { enter } from './signed-in.js';
import { startTheme } from './theme.js';

const host = document.getElementById('page');
if (host !== null) {
  startTheme();
  startClock();
  startKeys();
  startDrawer();
  render(<App />, host);
  void enter();
}
