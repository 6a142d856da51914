import { availableParallelism } from 'node:os';
import { catchError, concatMap, from, map, type Observable, of } from 'rxjs';
import type { Clock } from '../clock.js';
import { asksClaude } from '../config/addresses.js';
import type { Settings } from '../config/schema.js';
import type { Secrets } from '../config/secrets.js';
import type { Performers } from '../engine/perform.js';
import { limits } from '../limits.js';
import type { Outcome } from '../messages/effect.js';
import type { Ledger } from '../sinks/ledger/ledger.js';
import { ClaudeClient } from '../sources/claude/client.js';
import { Fetcher } from '../sources/fetcher.js';
import { type Pool, valuationPool } from '../workers/pool.js';
import { learnt } from './learnt.js';
import { sourceKeys } from './source-keys.js';

/** Everybody who performs effects and is not an exchange. */
export type Outside = {
  readonly performers: Pick<
    Performers,
    'evidence' | 'value' | 'infer' | 'model' | 'flush' | 'calibrate'
  >;
  readonly chains: Pool['chains'];
  /** False without a key, and on a simulator with an address that is not. */
  readonly hasClaude: boolean;
  readonly close: () => Promise<void>;
};

/** Without a key nobody is asked. */
const unasked: Outcome = {
  kind: 'failed',
  code: 'no_key',
  sent: false,
  detail: 'no key for Claude',
};

/** The sources, Claude, the worker threads and the ledger, as the settings and the secrets have them. */
export function outside(
  settings: Settings,
  secrets: Secrets,
  ledger: Ledger,
  { clock, engineVersion }: { readonly clock: Clock; readonly engineVersion: string },
): Outside {
  const fetcher = new Fetcher({
    clock,
    userAgent: `EventTradingBot/${engineVersion} (evidence for event markets)`,
    keys: sourceKeys(settings, secrets),
  });
  const { anthropicApiKey: apiKey } = secrets;
  const claude =
    apiKey !== null && asksClaude(settings)
      ? new ClaudeClient({ apiKey, baseUrl: settings.anthropicBaseUrl, clock })
      : null;
  const pool = valuationPool({
    threads: Math.min(limits.poolThreadsMax, Math.max(1, availableParallelism() - 1)),
  });
  const flush = (recordSeq: number) => flushed(ledger, recordSeq);
  return {
    performers: {
      evidence: fetcher.fetch,
      value: (job) => pool.value(job),
      // The hold is durable before anything is asked: what was asked and not billed is found in the ledger.
      infer: (call, holdSeq) =>
        claude === null
          ? of(unasked)
          : flush(holdSeq).pipe(
              concatMap((done) => (done.kind === 'flushed' ? claude.infer(call) : of(done))),
            ),
      model: (model) => claude?.model(model) ?? of(unasked),
      flush,
      calibrate: (throughSeq) => from(learnt(ledger, throughSeq)),
    },
    chains: pool.chains,
    hasClaude: claude !== null,
    close: async () => {
      await fetcher.close();
      await claude?.close();
      await pool.close();
    },
  };
}

function flushed(ledger: Ledger, recordSeq: number): Observable<Outcome> {
  const failed = (detail: string): Outcome => ({
    kind: 'failed',
    code: 'disk_failed',
    sent: false,
    detail,
  });
  return from(ledger.flush(recordSeq)).pipe(
    map((done): Outcome => (done.ok ? { kind: 'flushed', recordSeq } : failed(done.error.text))),
    catchError((error: unknown) => of(failed(String(error)))),
  );
}
