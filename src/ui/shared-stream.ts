import type { DashboardPatch, DashboardState } from '../messages/dashboard.js';
import { realNow } from './clock.js';
import { headerAt, hear, lose, state, stream } from './store.js';
import { follow } from './stream.js';

// A browser has six connections to a host, whatever the number of its tabs, and stopping needs one. So of all tabs that are
// looked at one listens to the server and tells the others; when it is closed or covered the next one does.
const name = 'dashboard-events';

/** What tabs say to each other. */
type Word =
  | { readonly kind: 'told'; readonly event: 'snapshot' | 'patch'; readonly text: string }
  | { readonly kind: 'lost' }
  /** A tab that knows nothing asks the one that listens. */
  | { readonly kind: 'joined' }
  /** The answer: everything, as of the header's moment, real ms. */
  | { readonly kind: 'whole'; readonly state: DashboardState; readonly at: number };

let tabs: BroadcastChannel | null = null;
/** Has the connection. */
let isListener = false;
/** Knows what the patches are to be put upon. */
let isWhole = false;
/** Gives up the connection, or the wait for it; null: it does neither. */
let leave: (() => void) | null = null;

const say = (word: Word): void => tabs?.postMessage(word);

/** From here on the page hears as long as it is looked at, once `listen` was called. */
export function startStream(): void {
  tabs = new BroadcastChannel(name);
  tabs.addEventListener('message', ({ data }: MessageEvent<Word>) => take(data));
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) leave?.();
    else if (stream.value.kind !== 'signed-out') listen();
  });
}

/** Hears from whichever tab listens, and is next to do so. */
export function listen(): void {
  if (leave !== null || document.hidden) return;
  const left = new AbortController();
  leave = () => {
    leave = null;
    left.abort();
  };
  isWhole = false;
  say({ kind: 'joined' });
  // Whoever leaves before its turn is told so by a rejection.
  navigator.locks
    .request(name, { signal: left.signal }, () => listening(left.signal))
    .catch(() => undefined);
}

/** Listens for all until it leaves. */
const listening = (left: AbortSignal): Promise<void> =>
  new Promise((done) => {
    isListener = true;
    const stop = follow({
      onTold: (event, text) => pass({ kind: 'told', event, text }),
      onLost: () => pass({ kind: 'lost' }),
      // The others come to know it when their turn comes, at once.
      onRefused: () => {
        stream.value = { kind: 'signed-out', why: '' };
        leave?.();
      },
    });
    const end = (): void => {
      isListener = false;
      stop();
      done();
    };
    if (left.aborted) end();
    else left.addEventListener('abort', end);
  });

function pass(word: Word): void {
  say(word);
  take(word);
}

function take(word: Word): void {
  if (word.kind === 'joined') answer();
  else if (word.kind === 'lost') lose(realNow());
  else if (word.kind === 'whole') {
    if (!isWhole) whole(word.state, word.at);
  } else if (word.event === 'snapshot') {
    whole(JSON.parse(word.text) as DashboardState, realNow());
  } else if (isWhole) {
    hear({ event: 'patch', data: JSON.parse(word.text) as DashboardPatch }, realNow());
  }
}

function whole(data: DashboardState, at: number): void {
  const wasSignedOut = stream.value.kind === 'signed-out';
  isWhole = true;
  hear({ event: 'snapshot', data }, at);
  // Somebody signed in, in another tab of this browser.
  if (wasSignedOut) listen();
}

/** To a tab that joined, from the one that listens. */
function answer(): void {
  if (!isListener || !isWhole) return;
  say({ kind: 'whole', state: state.peek(), at: headerAt.peek() ?? realNow() });
  if (stream.peek().kind === 'lost') say({ kind: 'lost' });
}
