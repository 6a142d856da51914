import { render } from 'preact';
import { limits } from '../../limits.js';
import { after } from '../clock.js';
import { startTheme } from '../theme.js';
import { App } from './app.js';
import { engine } from './model.js';
import { refresh } from './server.js';

/** Somebody else may change the file; whoever looks at the page sees it. */
function watch(): void {
  after(limits.controlRefreshMs, () => {
    if (document.visibilityState === 'visible') void refresh();
    watch();
  });
}

const host = document.getElementById('page');
if (host !== null) {
  startTheme();
  render(<App />, host);
  if (engine.peek().kind !== 'none') {
    void refresh();
    watch();
  }
}
