import { enterWith, refusal } from '../signed-in.js';

/** For whoever came without the address that the engine prints. */
export function Login() {
  return (
    <main class="login">
      <h1>EventTradingBot</h1>
      <p>
        Open the address that the engine printed when it started, or paste the token here. It lies
        in the engine’s data directory (<code>var</code> unless set otherwise), in the file{' '}
        <code>ui-token</code>.
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
