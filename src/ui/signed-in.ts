import { signal } from '@preact/signals';
import { post } from './api.js';
import { listen } from './shared-stream.js';
import { stream } from './store.js';

/** What is wrong with the last attempt to sign in; empty: nothing. */
export const refusal = signal('');

/** Signs in with the one-time code of the address, if it has one, and takes it out of the address; then listens. */
export async function enter(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code !== null) {
    history.replaceState(null, '', location.pathname);
    const answer = await post('/api/login', { code });
    if (!answer.ok) refusal.value = answer.why;
  }
  listen();
}

/** Signs in with the token from its file. */
export async function enterWith(token: string): Promise<void> {
  const answer = await post('/api/login', { token: token.trim() });
  if (!answer.ok) {
    refusal.value = answer.why;
    return;
  }
  refusal.value = '';
  stream.value = { kind: 'connecting' };
  listen();
}
