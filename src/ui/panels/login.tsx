import { enterWith, refusal } from '../signed-in.js';

/** For whoever came without the address that the engine prints. */
export function Login() {
  return (
    <main class="login">
      <h1>EventTradingBot</h1>
      <p>
        Open the address that the command <code>dashboard</code> prints; it works once. Or paste the
        token from the file <code>dashboard.token</code> in the engine’s data directory, which is{' '}
        <code>var</code> unless set otherwise.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const token = new FormData(event.currentTarget).get('token');
          if (typeof token === 'string') void enterWith(token);
        }}
      >
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" required />
        <button type="submit">Sign in</button>
      </form>
      {refusal.value === '' ? null : (
        <p class="notice bad" role="alert">
          {refusal.value}
        </p>
      )}
    </main>
  );
}
