import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/clock.js';
import { costOf, maxCostOf, priceOf } from '../../src/domain/inference-prices.js';
import { callId, epochMs, micros } from '../../src/domain/units.js';
import { limits } from '../../src/limits.js';
import type { Outcome } from '../../src/messages/effect.js';
import type { InferenceCall } from '../../src/messages/inference.js';
import { billOf, readAnswer } from '../../src/sources/claude/answer.js';
import { ClaudeClient } from '../../src/sources/claude/client.js';
import { modelNotice, modelProblem } from '../../src/sources/claude/model-check.js';
import { maxTokensFor, messagesBody, nonceFor } from '../../src/sources/claude/request.js';
import type { Variant } from '../../src/sources/claude/variants.js';
import { fastClock } from '../support/fast-clock.js';
import { ManualClock } from '../support/manual-clock.js';
import { type Fault, MessagesApi, type MessagesApiOptions } from '../support/messages-api.js';
import { aQuestion } from './claude-support.js';

// Goal: whatever the API does, one outcome comes in time, says what may have been charged, and never holds the key.
const apiKey = 'sk-ant-test-0123456789abcdef+/=';
const model = 'claude-haiku-5-5';

describe('a question to Claude', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    vi.unstubAllEnvs();
    for (const close of closers.splice(0)) await close();
  });

  function clientOf(baseUrl: string, key = apiKey, clock: Clock = systemClock): ClaudeClient {
    const client = new ClaudeClient({ apiKey: key, baseUrl, clock });
    closers.push(() => client.close());
    return client;
  }

  async function rig(
    faults: readonly Fault[] = [],
    { clock = systemClock, ...options }: MessagesApiOptions & { readonly clock?: Clock } = {},
  ) {
    const api = await MessagesApi.start({ apiKey, ...options });
    api.faults.push(...faults);
    const client = clientOf(api.url, apiKey, clock);
    closers.push(() => api.close());
    return { api, client };
  }

  const questions = ['A-1', 'A-2', 'A-3'].map((name) => aQuestion(name));
  const nonce = nonceFor('a call', questions);
  function aCall(variant: Variant = 'status_quo', changes: object = {}): InferenceCall {
    const maxTokens = maxTokensFor(questions.length);
    const text = messagesBody({ model, maxTokens, effort: 'low', variant, nonce, questions });
    const body = JSON.stringify({ ...(JSON.parse(text) as object), ...changes });
    const price = priceOf(model, epochMs(Date.UTC(2026, 10, 26)));
    return {
      callId: callId('c'),
      model,
      tickers: questions.map((question) => question.ticker),
      body,
      maxCost: price === null ? micros(0) : maxCostOf(price, Buffer.byteLength(body), maxTokens),
    };
  }

  /** Exactly one outcome, without the key in any form. */
  async function asked(client: ClaudeClient, call = aCall()): Promise<Outcome> {
    return only(await lastValueFrom(client.infer(call).pipe(toArray())));
  }
  function only(outcomes: readonly Outcome[]): Outcome {
    const [outcome] = outcomes;
    if (outcome === undefined || outcomes.length !== 1)
      throw new Error(`${outcomes.length} outcomes`);
    const told = JSON.stringify(outcome);
    for (const form of [
      apiKey,
      encodeURIComponent(apiKey),
      Buffer.from(apiKey).toString('base64'),
      Buffer.from(apiKey).toString('base64url'),
    ])
      expect(told).not.toContain(form);
    return outcome;
  }

  it('is sent to the byte, in the version that takes no temperature, with nothing of the environment', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ant-from-the-environment');
    vi.stubEnv('ANTHROPIC_BASE_URL', 'http://127.0.0.1:1');
    vi.stubEnv('ANTHROPIC_LOG', 'debug');
    vi.stubEnv(
      'ANTHROPIC_CUSTOM_HEADERS',
      'Authorization: Bearer wrong\nAnthropic-Version: 2023-06-01\nx-extra: 1',
    );
    const written = ['log', 'warn', 'error', 'info', 'debug'] as const;
    const consoles = written.map((name) => vi.spyOn(console, name));
    const { api, client } = await rig();
    const call = aCall();
    const outcome = await asked(client, call);
    expect(outcome).toMatchObject({ kind: 'inference', status: 200, lost: 0, detail: '' });
    const [request] = api.requests;
    expect(request?.body).toBe(call.body);
    expect(request?.headers.authorization).toBe(`Bearer ${apiKey}`);
    expect(request?.headers['anthropic-version']).toBe('2026-10-21');
    expect(request?.headers['x-extra']).toBeUndefined();
    for (const spy of consoles) expect(spy).not.toHaveBeenCalled();
  });

  it('comes back verbatim, with its bill and an estimate for each market', async () => {
    const { api, client } = await rig([], { p: ({ id }) => (id === 'A-2' ? 0.8 : 0.3) });
    const outcome = await asked(client, aCall('negated'));
    if (outcome.kind !== 'inference') throw new Error(outcome.kind);
    expect(billOf(outcome.body)?.messageId).toBe(api.charged[0]?.id);
    const estimates = readAnswer(outcome.body, questions, 'negated', nonce);
    const values = [...estimates].map(([name, read]) => [name, read.ok && read.value.p]);
    expect(values.map(([name]) => name)).toEqual(['A-1', 'A-2', 'A-3']);
    for (const [i, p] of [0.3, 0.8, 0.3].entries()) expect(values[i]?.[1]).toBeCloseTo(p, 12);
  });

  it('is billed to the micro-dollar: the sum over calls is the sum of what the API counted', async () => {
    const { api, client } = await rig([{ kind: 'refusal' }, { kind: 'cut' }]);
    const price = priceOf(model, epochMs(Date.UTC(2026, 10, 26)));
    if (price === null) throw new Error('no price');
    let billed = 0;
    for (let i = 0; i < 6; i += 1) {
      const call = aCall(i % 2 === 0 ? 'status_quo' : 'negated');
      const outcome = await asked(client, call);
      const bill = outcome.kind === 'inference' ? billOf(outcome.body) : null;
      if (bill === null) throw new Error('no bill');
      const cost = costOf(price, bill.usage);
      expect(cost).toBeLessThanOrEqual(call.maxCost);
      billed += cost;
    }
    const [first, ...later] = api.charged.map(({ usage }) => usage);
    expect(first?.cache_creation.ephemeral_1h_input_tokens).toBeGreaterThanOrEqual(512);
    expect(first?.cache_read_input_tokens).toBe(0);
    for (const usage of later) {
      expect(usage.cache_creation_input_tokens).toBe(0);
      expect(usage.cache_read_input_tokens).toBe(first?.cache_creation_input_tokens);
    }
    // In ten-millionths of a dollar a token, worked out apart from the engine's table.
    const expected = api.cost(({ input, output, cacheWrite1h, cacheRead }) =>
      Math.ceil((input * 10 + output * 50 + cacheWrite1h * 20 + cacheRead) / 100),
    );
    expect(api.charged).toHaveLength(6);
    expect(billed).toBe(expected);
  });

  const overloaded: Fault = { kind: 'error', status: 529, type: 'overloaded_error' };
  const limited: Fault = {
    kind: 'error',
    status: 429,
    type: 'rate_limit_error',
    headers: { 'retry-after': '0.05' },
  };
  const broken: Fault = { kind: 'error', status: 500, type: 'api_error' };
  const soon = { 'retry-after-ms': '10' };

  describe('that the API is too busy for', () => {
    it('is tried twice more, as late as it asks', async () => {
      const { api, client } = await rig([limited, { ...overloaded, headers: soon }]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status: 200, lost: 0 });
      expect(api.requests.map(({ headers }) => headers['x-stainless-retry-count'])).toEqual([
        '0',
        '1',
        '2',
      ]);
    });

    it('is given up after that, and costs nothing', async () => {
      const fault = { ...broken, headers: soon };
      const { api, client } = await rig([fault, fault, fault, fault]);
      const outcome = await asked(client);
      expect(outcome).toMatchObject({ kind: 'inference', status: 500, lost: 0 });
      expect(outcome.kind === 'inference' && JSON.parse(outcome.body)).toMatchObject({
        type: 'error',
        error: { type: 'api_error' },
      });
      expect(api.requests).toHaveLength(limits.inferenceRetriesMax + 1);
      expect(api.charged).toHaveLength(0);
    });

    it('does not wait longer than its deadline', async () => {
      const { api, client } = await rig([{ ...limited, headers: { 'retry-after': '3600' } }]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status: 429, lost: 0 });
      expect(api.requests).toHaveLength(1);
    });

    it('waits for no date beyond it either', async () => {
      const headers = { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() };
      const { client } = await rig([{ ...limited, headers }], { clock: fastClock(30) });
      expect(await asked(client)).toMatchObject({
        kind: 'inference',
        status: 429,
        lost: 0,
        detail: 'timeout',
      });
    });
  });

  for (const [status, type] of [
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
  ] as const)
    it(`that is answered ${status} is not asked again`, async () => {
      const message = `no: Bearer ${apiKey}, ${Buffer.from(apiKey).toString('base64')}`;
      const { api, client } = await rig([{ kind: 'error', status, type, message }]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status, lost: 0 });
      expect(api.requests).toHaveLength(1);
    });

  it('with a temperature is refused by this version of the API', async () => {
    const { client } = await rig();
    const outcome = await asked(client, aCall('status_quo', { temperature: 1 }));
    expect(outcome).toMatchObject({ kind: 'inference', status: 400, lost: 0 });
    expect(JSON.stringify(outcome)).toContain('Extra inputs are not permitted');
  });

  it('with a wrong key is answered 401', async () => {
    const { api } = await rig();
    const outcome = await asked(clientOf(api.url, 'sk-ant-another'));
    expect(outcome).toMatchObject({ kind: 'inference', status: 401, lost: 0 });
  });

  describe('whose answer', () => {
    it('is beyond all measure is cut off and counted lost', async () => {
      const { api, client } = await rig([{ kind: 'huge', bytes: 20_000_000 }]);
      expect(await asked(client)).toMatchObject({
        kind: 'inference',
        status: null,
        body: '',
        lost: 1,
        detail: `over ${limits.inferenceBytesMax} bytes`,
      });
      expect(api.requests).toHaveLength(1);
    });

    for (const [what, fault] of [
      ['never comes', { kind: 'hang' }],
      ['comes too slowly', { kind: 'slow', ms: 60_000 }],
    ] as const)
      it(`${what} costs its deadline and is counted lost`, async () => {
        const clock = new ManualClock();
        const { api, client } = await rig([fault], { clock });
        const outcome = asked(client);
        while (api.charged.length === 0) await new Promise((done) => setTimeout(done, 5));
        clock.pass(limits.inferenceDeadlineMs);
        expect(await outcome).toMatchObject({
          kind: 'inference',
          status: null,
          lost: 1,
          detail: 'timeout: aborted',
        });
        expect(api.requests).toHaveLength(1);
        expect(clock.waiting).toBe(0);
      });

    it('comes slowly but in time is taken', async () => {
      const { client } = await rig([{ kind: 'slow', ms: 200 }]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status: 200, lost: 0 });
    });

    it('is lost on the way is asked for again, and the lost one is counted', async () => {
      for (const kind of ['drop', 'half'] as const) {
        const { api, client } = await rig([{ kind }]);
        const outcome = await asked(client);
        expect(outcome).toMatchObject({ kind: 'inference', status: 200, lost: 1, detail: '' });
        // The API charges both; one of them has a bill here.
        expect(api.charged).toHaveLength(2);
        expect(outcome.kind === 'inference' && billOf(outcome.body)?.messageId).toBe(
          api.charged[1]?.id,
        );
      }
    });

    it('is lost every time is given up, each one counted', async () => {
      const { api, client } = await rig([{ kind: 'drop' }, { kind: 'half' }, { kind: 'drop' }]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status: null, lost: 3 });
      expect(api.charged).toHaveLength(3);
    });

    it('is an error that breaks off costs nothing', async () => {
      for (const status of [400, 500]) {
        const fault: Fault = { kind: 'half', status };
        const { client } = await rig([fault, fault, fault]);
        expect(await asked(client)).toMatchObject({ kind: 'inference', status, body: '', lost: 0 });
      }
    });

    it('was an error before it was lost keeps that status', async () => {
      const { client } = await rig([
        { ...overloaded, headers: soon },
        { kind: 'drop' },
        { kind: 'drop' },
      ]);
      expect(await asked(client)).toMatchObject({ kind: 'inference', status: 529, lost: 2 });
    });

    for (const body of ['', 'null', '<html>', '{"id":"msg_1","usage":{}}'])
      it(`is ${JSON.stringify(body)} is counted lost`, async () => {
        const { client } = await rig([{ kind: 'body', body }]);
        expect(await asked(client)).toMatchObject({
          kind: 'inference',
          status: 200,
          body,
          lost: 1,
        });
      });

    it('sends us elsewhere is not followed', async () => {
      const elsewhere = await MessagesApi.start({ apiKey });
      closers.push(() => elsewhere.close());
      const to = `${elsewhere.url}/v1/messages`;
      for (const status of [302, 307]) {
        const { client } = await rig([{ kind: 'redirect', status, to }]);
        expect(await asked(client)).toMatchObject({ kind: 'inference', status, lost: 0 });
      }
      expect(elsewhere.requests).toHaveLength(0);
    });
  });

  /** A port on which nothing listens. */
  async function deadPort(): Promise<number> {
    const closed = createServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    return port;
  }

  it('that nobody listens for was never sent', async () => {
    expect(await asked(clientOf(`http://127.0.0.1:${await deadPort()}`))).toMatchObject({
      kind: 'failed',
      code: 'network',
      sent: false,
      detail: 'ECONNREFUSED',
    });
    // Its deadline, 300 ms here, ends the wait for the next attempt.
    expect(
      await asked(clientOf(`http://127.0.0.1:${await deadPort()}`, apiKey, fastClock(200))),
    ).toMatchObject({
      kind: 'failed',
      code: 'timeout',
      sent: false,
    });
  });

  it('that nobody listened for at first lost nothing by it', async () => {
    const port = await deadPort();
    const outcome = asked(clientOf(`http://127.0.0.1:${port}`));
    await new Promise((done) => setTimeout(done, 100));
    const api = await MessagesApi.start({ apiKey }, port);
    closers.push(() => api.close());
    expect(await outcome).toMatchObject({ kind: 'inference', status: 200, lost: 0, detail: '' });
    expect(api.requests[0]?.headers['x-stainless-retry-count']).not.toBe('0');
  });

  it('whose body is not JSON, or whose key no header can hold, was never sent', async () => {
    const { api, client } = await rig();
    const call = { ...aCall(), body: '{' };
    expect(await asked(client, call)).toMatchObject({ kind: 'failed', sent: false });
    const bad = clientOf(api.url, `${apiKey}\nx`);
    expect(await asked(bad)).toMatchObject({ kind: 'failed', sent: false });
    expect(api.requests).toHaveLength(0);
  });

  it('is ended by close: in flight it is lost, afterwards it is not sent', async () => {
    const { api, client } = await rig([{ kind: 'hang' }]);
    const waiting = asked(client);
    while (api.requests.length === 0) await new Promise((done) => setTimeout(done, 5));
    await client.close();
    expect(await waiting).toMatchObject({ kind: 'inference', status: null, lost: 1 });
    expect(await asked(client)).toMatchObject({ kind: 'failed', code: 'aborted', sent: false });
    expect(api.requests).toHaveLength(1);
  });

  it('beyond what is asked at once waits its turn, and is not sent if that never comes', async () => {
    const count = limits.inferenceConnectionsMax;
    const { api, client } = await rig(Array(count).fill({ kind: 'hang' }));
    const waiting = Promise.all(Array.from({ length: count + 1 }, () => asked(client)));
    while (api.requests.length < count) await new Promise((done) => setTimeout(done, 5));
    await client.close();
    const outcomes = await waiting;
    expect(outcomes.filter(({ kind }) => kind === 'inference')).toHaveLength(count);
    expect(outcomes.filter(({ kind }) => kind === 'failed')).toMatchObject([
      { code: 'aborted', sent: false },
    ]);
    expect(api.requests).toHaveLength(count);
  });
});

describe('a model', () => {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function rig(key = apiKey) {
    const models = { [model]: 'active', old: 'deprecated', gone: 'retired', odd: 'resting' };
    const api = await MessagesApi.start({ apiKey, models });
    const client = new ClaudeClient({ apiKey: key, baseUrl: api.url, clock: systemClock });
    closers.push(
      () => client.close(),
      () => api.close(),
    );
    return {
      api,
      of: (name: string) => lastValueFrom(client.model(name)),
      close: () => client.close(),
    };
  }

  it('that is active may be used', async () => {
    const { of } = await rig();
    const outcome = await of(model);
    expect(outcome).toMatchObject({ kind: 'http', status: 200, path: `/v1/models/${model}` });
    expect([modelProblem(outcome, model), modelNotice(outcome, model)]).toEqual([null, null]);
  });

  it('that is deprecated may be used and is told of', async () => {
    const outcome = await (await rig()).of('old');
    expect(modelProblem(outcome, 'old')).toBeNull();
    expect(modelNotice(outcome, 'old')).toContain('until 2027-01-31');
  });

  it('that is retired, unknown or another may not be used', async () => {
    const { of } = await rig();
    for (const [name, word] of [
      ['gone', 'retired'],
      ['none', 'CLAUDE_MODEL'],
      ['odd', 'neither active'],
    ] as const)
      expect(modelProblem(await of(name), name)).toContain(word);
    const outcome = await of(model);
    expect(modelProblem(outcome, 'claude-haiku-5')).toContain('not about it');
    expect(modelProblem({ kind: 'http', status: 200, path: '', body: '[' }, model)).not.toBeNull();
  });

  it('of a dated name answers to its alias', async () => {
    const body = JSON.stringify({ id: `${model}-20261007`, lifecycle: 'active' });
    expect(modelProblem({ kind: 'http', status: 200, path: '', body }, model)).toBeNull();
  });

  it('cannot be used with a key that is refused, or if the API is gone', async () => {
    const refused = await rig('sk-ant-another');
    expect(modelProblem(await refused.of(model), model)).toContain('ANTHROPIC_API_KEY');
    await refused.close();
    const outcome = await refused.of(model);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'aborted', sent: false });
    expect(modelProblem(outcome, model)).toContain('aborted');
    expect(modelProblem({ kind: 'flushed', recordSeq: 1 }, model)).toContain('not asked');
  });
});
