import type Anthropic from '@anthropic-ai/sdk';
import type { MessageCreateParamsNonStreaming } from '@anthropic-ai/sdk/resources/messages/messages';
import { Observable } from 'rxjs';
import { Agent } from 'undici';
import type { Clock } from '../../clock.js';
import { limits } from '../../limits.js';
import type { FailureCode, Outcome } from '../../messages/effect.js';
import type { InferenceCall } from '../../messages/inference.js';
import { billOf } from './answer.js';
import { Attempts } from './attempts.js';

export type ClaudeClientOptions = {
  readonly apiKey: string;
  /** Where the Messages API is: its own host, or loopback. */
  readonly baseUrl: string;
  readonly clock: Clock;
};

/** How a call ended, before it is told as an outcome. */
type Ended = { readonly attempts: Attempts; readonly ending: FailureCode | null };

/**
 * Asks Claude through the SDK: the given key and address and nothing from the environment, a deadline over all attempts,
 * a cap on bytes, no redirect followed, no log. The key appears in no outcome.
 */
export class ClaudeClient {
  private readonly clock: Clock;
  /** Loaded only by who asks: it is a quarter of all that a start reads. */
  private readonly sdk: Promise<Anthropic>;
  private readonly redacted: (text: string) => string;
  private readonly closing = new AbortController();
  private readonly agent = new Agent({
    connections: limits.inferenceConnectionsMax,
    connect: { timeout: limits.inferenceConnectMsMax },
  });

  constructor({ apiKey, baseUrl, clock }: ClaudeClientOptions) {
    this.clock = clock;
    this.redacted = redaction(apiKey);
    this.sdk = import('@anthropic-ai/sdk').then(
      ({ default: Sdk }) =>
        new Sdk({
          apiKey,
          baseURL: baseUrl,
          // Said here so that no header from the environment can say otherwise.
          defaultHeaders: { authorization: `Bearer ${apiKey}`, 'anthropic-version': '2026-10-21' },
          maxRetries: limits.inferenceRetriesMax,
          timeout: limits.inferenceDeadlineMs,
          logLevel: 'off',
          openTelemetry: false,
        }),
    );
  }

  /**
   * Asks on subscription; one outcome. Never errors. `inference` once anything was sent: a 2xx whose body holds no bill
   * is among the `lost`, an answered error is not. `failed` when nothing was.
   */
  readonly infer = (call: InferenceCall): Observable<Outcome> =>
    this.ask(
      (sdk, signal) =>
        sdk.messages
          .create(JSON.parse(call.body) as MessageCreateParamsNonStreaming, { signal })
          .asResponse(),
      (body) => billOf(body) !== null,
      ({ attempts, ending }) => {
        const { sent, lost, answer, problem } = attempts;
        const detail = [ending, problem].filter(Boolean).join(': ');
        if (!sent) return this.unsent(ending, detail);
        return {
          kind: 'inference',
          status: answer?.status ?? null,
          body: this.redacted(answer?.body ?? ''),
          lost,
          detail,
        };
      },
    );

  /** The model's own entry in the API's list, on subscription; one outcome. Never errors. */
  readonly model = (name: string): Observable<Outcome> =>
    this.ask(
      (sdk, signal) => sdk.models.retrieve(name, {}, { signal }).asResponse(),
      () => true,
      ({ attempts, ending }) => {
        const { sent, answer, problem } = attempts;
        const detail = [ending, problem].filter(Boolean).join(': ');
        if (answer === null)
          return sent
            ? { kind: 'failed', code: ending ?? 'network', sent, detail }
            : this.unsent(ending, detail);
        return {
          kind: 'http',
          status: answer.status,
          path: `/v1/models/${name}`,
          body: this.redacted(answer.body),
        };
      },
    );

  async close(): Promise<void> {
    this.closing.abort();
    await this.agent.destroy();
  }

  private unsent(ending: FailureCode | null, detail: string): Outcome {
    return {
      kind: 'failed',
      code: ending ?? 'network',
      sent: false,
      detail: detail === '' ? 'nothing was sent' : detail,
    };
  }

  private ask(
    send: (sdk: Anthropic, signal: AbortSignal) => Promise<unknown>,
    isBill: (body: string) => boolean,
    told: (ended: Ended) => Outcome,
  ): Observable<Outcome> {
    return new Observable((subscriber) => {
      void this.ended(send, isBill).then((ended) => {
        subscriber.next(told(ended));
        subscriber.complete();
      });
    });
  }

  private async ended(
    send: (sdk: Anthropic, signal: AbortSignal) => Promise<unknown>,
    isBill: (body: string) => boolean,
  ): Promise<Ended> {
    const startedMs = this.clock.monotonicMs();
    const deadline = new AbortController();
    const signal = AbortSignal.any([deadline.signal, this.closing.signal]);
    const attempts = new Attempts({
      agent: this.agent,
      signal,
      msLeft: () => limits.inferenceDeadlineMs - (this.clock.monotonicMs() - startedMs),
      isBill,
    });
    const disarm = this.clock.setTimer(limits.inferenceDeadlineMs, () => deadline.abort());
    try {
      await send((await this.sdk).withOptions({ fetch: attempts.fetch }), signal);
      return { attempts, ending: null };
    } catch {
      // What went wrong is known from the attempts themselves; the SDK's errors quote requests.
      if (deadline.signal.aborted) return { attempts, ending: 'timeout' };
      return { attempts, ending: this.closing.signal.aborted ? 'aborted' : null };
    } finally {
      disarm();
    }
  }
}

/** Takes a key out of a text in every way that JSON, URLs and headers might spell it. */
function redaction(key: string): (text: string) => string {
  const bytes = Buffer.from(key);
  const spelled = new Set([
    key,
    JSON.stringify(key).slice(1, -1),
    encodeURIComponent(key),
    bytes.toString('base64'),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ]);
  return (text) =>
    [...spelled].reduce(
      (rest, form) => (form === '' ? rest : rest.replaceAll(form, '[key]')),
      text,
    );
}
